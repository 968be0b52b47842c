"""The elements of a DICOM header that the project reads, turned into values when they are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydicom.charset import convert_encodings, default_encoding
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement, convert_raw_data_element
from pydicom.dataset import FileDataset
from pydicom.tag import BaseTag
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

CHARACTER_SET = 0x00080005

# fmt: off
HEADER_KEYWORDS = [
    "ImageType", "SOPClassUID", "SOPInstanceUID", "Modality", "Manufacturer", "ManufacturerModelName",
    "SeriesDescription", "PatientID", "SliceThickness", "KVP", "ConvolutionKernel", "SeriesInstanceUID",
    "AcquisitionNumber", "ImagePositionPatient", "ImageOrientationPatient", "FrameOfReferenceUID",
    "TemporalPositionIdentifier", "SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames", "Rows", "Columns",
    "PixelSpacing", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelPaddingValue",
    "PixelPaddingRangeLimit", "RescaleIntercept", "RescaleSlope", "RescaleType", "LossyImageCompression",
    "StudyInstanceUID", "StudyDate", "StudyDescription",
    "PatientName", "PatientBirthDate", "PatientSex", "IssuerOfPatientID",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
]
# fmt: on
TAG_OF_KEYWORD: dict[str, int] = {keyword: int(tag_for_keyword(keyword) or 0) for keyword in HEADER_KEYWORDS}
HEADER_TAGS = tuple(TAG_OF_KEYWORD.values())

REMEMBERED_VALUES = 4096
LONGEST_REMEMBERED_BYTES = 128
"""The slices of a series share nearly all of their values, so each is converted once for all of them."""


@dataclass(frozen=True, slots=True)
class HeaderElements:
    """A header's elements by tag, as far as HEADER_KEYWORDS names them.

    Attributes:
        elements: as pydicom holds them, raw until they are asked for.
        transfer_syntax_uid: as stated; for a bare data set, the one that its bytes have.
        media_storage_class: MediaStorageSOPClassUID; empty where there is none.
        is_implicit, is_little_endian: how the data set is encoded.
    """

    elements: Mapping[int, RawDataElement | DataElement]
    transfer_syntax_uid: str
    media_storage_class: str
    is_implicit: bool
    is_little_endian: bool

    @classmethod
    def of_dataset(cls, dataset: FileDataset) -> "HeaderElements":
        """The elements of a data set that pydicom has read."""
        implicit, little_endian = dataset.original_encoding
        plain = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
        elements = {int(tag): dataset.get_item(tag) for tag in dataset.keys()}  # noqa: SIM118 - its values are converted
        return cls(
            elements={tag: element for tag, element in elements.items() if element is not None},
            transfer_syntax_uid=str(
                dataset.file_meta.get("TransferSyntaxUID", plain if little_endian else ExplicitVRBigEndian)
            ),
            media_storage_class=str(dataset.file_meta.get("MediaStorageSOPClassUID", "")),
            is_implicit=bool(implicit),
            is_little_endian=bool(little_endian),
        )

    def __contains__(self, keyword: str) -> bool:
        return TAG_OF_KEYWORD[keyword] in self.elements

    def get(self, keyword: str) -> Any:
        """The value of an element, as pydicom converts it; None where it is absent.

        Raises:
            ValueError, TypeError, and others of pydicom's: the bytes cannot be converted.
        """
        element = self.elements.get(TAG_OF_KEYWORD[keyword])
        if element is None:
            return None
        if not isinstance(element, RawDataElement):
            return element.value
        if element.value is not None and len(element.value) > LONGEST_REMEMBERED_BYTES:
            return convert_raw_data_element(element, encoding=list(self._encodings())).value
        return _converted(
            int(element.tag), element.VR, element.value, self.is_implicit, self.is_little_endian, self._encodings()
        )

    def _encodings(self) -> tuple[str, ...]:
        """Python's names of the stated character sets."""
        element = self.elements.get(CHARACTER_SET)
        if element is None:
            return (default_encoding,)
        if not isinstance(element, RawDataElement):
            return tuple(convert_encodings(element.value))
        return _encodings_of(element.VR, element.value, self.is_implicit, self.is_little_endian)


@lru_cache(REMEMBERED_VALUES)
def _converted(
    tag: int, vr: str | None, value: bytes | None, implicit: bool, little_endian: bool, encodings: tuple[str, ...]
) -> Any:
    """The value that pydicom makes of an element's bytes; the caller must not change it."""
    return convert_raw_data_element(_raw(tag, vr, value, implicit, little_endian), encoding=list(encodings)).value


@lru_cache(REMEMBERED_VALUES)
def _encodings_of(vr: str | None, value: bytes | None, implicit: bool, little_endian: bool) -> tuple[str, ...]:
    """Python's names of the character sets that an element states."""
    stated = convert_raw_data_element(_raw(CHARACTER_SET, vr, value, implicit, little_endian)).value
    return tuple(convert_encodings(stated))


def _raw(tag: int, vr: str | None, value: bytes | None, implicit: bool, little_endian: bool) -> RawDataElement:
    """The element as pydicom's reader leaves it, but for its place in the file."""
    return RawDataElement(BaseTag(tag), vr, len(value or b""), value, 0, implicit, little_endian)
