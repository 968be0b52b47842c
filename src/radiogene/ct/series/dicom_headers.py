"""Reading the headers of all DICOM files under a folder, fast and without their pixels."""

import os
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydicom.config import disable_value_validation
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import FileDataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    LegacyConvertedEnhancedCTImageStorage,
    MediaStorageDirectoryStorage,
)

from radiogene.ct.series.dicom_image_header import PixelElement, single_frame_header, study_of
from radiogene.ct.series.dicom_values import UnreadableValueError, text_of, whole_number_of
from radiogene.ct.series.enhanced_multiframe import multiframe_headers
from radiogene.ct.series.slice_header import DamagedFile, OtherObject, SliceHeader
from radiogene.errors import SeriesError

LARGEST_FILE_COUNT = 20_000
"""Files under one folder beyond which it is a whole archive rather than one patient's studies."""

DICOM_SUFFIXES = frozenset({".dcm", ".dicom", ".ima"})
"""A file with one of these names that is not DICOM is a damaged slice, not a stray file."""

PREAMBLE_BYTES = 128
MAGIC = b"DICM"

PIXEL_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
"""FloatPixelData, DoubleFloatPixelData and PixelData: reading stops here."""

UNDEFINED_LENGTH = 0xFFFFFFFF

ITEM_HEADER = struct.Struct("<4sI")
ITEM = b"\xfe\xff\x00\xe0"
SEQUENCE_DELIMITER = b"\xfe\xff\xdd\xe0"
"""The frame of encapsulated pixels, always little endian (PS3.5 A.4)."""

MULTIFRAME_CLASSES = frozenset({EnhancedCTImageStorage, LegacyConvertedEnhancedCTImageStorage})
CT_CLASSES = MULTIFRAME_CLASSES | {CTImageStorage}

# fmt: off
HEADER_KEYWORDS = [
    "ImageType", "SOPClassUID", "SOPInstanceUID", "Modality", "Manufacturer", "ManufacturerModelName",
    "SeriesDescription", "PatientID", "SliceThickness", "KVP", "ConvolutionKernel", "SeriesInstanceUID",
    "AcquisitionNumber", "ImagePositionPatient", "ImageOrientationPatient", "FrameOfReferenceUID",
    "TemporalPositionIdentifier", "SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames", "Rows", "Columns",
    "PixelSpacing", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelPaddingValue",
    "PixelPaddingRangeLimit", "RescaleIntercept", "RescaleSlope", "RescaleType", "LossyImageCompression",
    "StudyInstanceUID", "StudyDate", "StudyDescription",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
]
# fmt: on
HEADER_TAGS = [tag_for_keyword(keyword) or 0 for keyword in HEADER_KEYWORDS]

DAMAGE_ERRORS = (
    BytesLengthException,
    UnreadableValueError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    NotImplementedError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What pydicom raises over bytes that are not what they should be."""


@dataclass(frozen=True)
class FolderContents:
    """What was found under a folder.

    Attributes:
        slices: the headers of all CT slices that can be placed in the patient.
        others: DICOM objects that are not CT slices.
        damaged: files that should be CT slices and cannot be used.
        ignored: number of files that are not DICOM.
    """

    slices: tuple[SliceHeader, ...]
    others: tuple[OtherObject, ...]
    damaged: tuple[DamagedFile, ...]
    ignored: int


def read_headers(path: Path) -> FolderContents:
    """The headers of all DICOM files under a folder, at any depth, or of one file.

    Raises:
        SeriesError: the folder does not exist or holds an absurd number of files.
    """
    slices: list[SliceHeader] = []
    others: list[OtherObject] = []
    damaged: list[DamagedFile] = []
    ignored = 0
    # What pydicom would warn of is refused here where it matters, file by file.
    with disable_value_validation(), warnings.catch_warnings(action="ignore"):
        for file in files_under(path):
            found = read_file_header(file)
            if isinstance(found, list):
                slices.extend(found)
            elif isinstance(found, OtherObject):
                others.append(found)
            elif isinstance(found, DamagedFile):
                damaged.append(found)
            else:
                ignored += 1
    return FolderContents(tuple(slices), tuple(others), tuple(damaged), ignored)


def files_under(path: Path) -> list[Path]:
    """All files under a folder in order of their names, hidden ones left out; of a file, itself.

    Raises:
        SeriesError: nothing is there, or more than LARGEST_FILE_COUNT files.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise SeriesError(f"{path}: no such file or folder; give a DICOM folder or a volume file.")
    files = []
    for file in _walk(path):
        files.append(file)
        if len(files) > LARGEST_FILE_COUNT:
            raise SeriesError(
                f"{path}: more than {LARGEST_FILE_COUNT} files; give the folder of one patient or one series."
            )
    return sorted(files)


def _walk(path: Path) -> Iterator[Path]:
    """Every file under a folder that is not hidden."""
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(folder, name)
            # Pipes and devices would block whoever opens them; a dangling link is kept, to be refused by name.
            if not name.startswith(".") and (file.is_file() or file.is_symlink()):
                yield file


def read_file_header(path: Path) -> list[SliceHeader] | OtherObject | DamagedFile | None:
    """The CT slices of a file, or what else it is; None for a file that is not a DICOM image."""
    try:
        with path.open("rb") as file:
            if not _looks_like_dicom(file):
                if path.suffix.lower() in DICOM_SUFFIXES or _is_empty_without_suffix(path):
                    return DamagedFile(path, None, "is named like a DICOM file and is not one, or lost its beginning")
                return None
            return _classified(file, path)
    except (InvalidDicomError, *DAMAGE_ERRORS) as error:
        return DamagedFile(path, None, f"cannot be read as DICOM: {error}")
    except OSError as error:
        return DamagedFile(path, None, f"cannot be read: {error.strerror}")


def _is_empty_without_suffix(path: Path) -> bool:
    """True for a file without a byte and without a suffix: what a broken transfer leaves of a slice."""
    return not path.suffix and path.stat().st_size == 0


def _looks_like_dicom(file: BinaryIO) -> bool:
    """True for a Part 10 file, and for a bare data set as older tools write it."""
    start = file.read(PREAMBLE_BYTES + len(MAGIC))
    file.seek(0)
    if start[PREAMBLE_BYTES:] == MAGIC:
        return True
    # A bare data set begins with a low element of group 0008, or with the meta group 0002.
    return len(start) > 8 and start[:2] in (b"\x08\x00", b"\x02\x00") and start[3:4] == b"\x00"


def _classified(file: BinaryIO, path: Path) -> list[SliceHeader] | OtherObject | DamagedFile | None:
    """The CT slices of an open DICOM file, or what else it is."""
    met: list[PixelElement] = []

    def at_pixels(tag: BaseTag, _vr: str | None, length: int) -> bool:
        if tag not in PIXEL_TAGS:
            return False
        undefined = length == UNDEFINED_LENGTH
        met.append(PixelElement(file.tell(), None if undefined else length))
        return True

    dataset = read_partial(file, at_pixels, force=True, specific_tags=HEADER_TAGS)
    _complete_meta(dataset)
    storage_class = str(dataset.file_meta.get("MediaStorageSOPClassUID", "")) or text_of(dataset, "SOPClassUID")
    if storage_class == MediaStorageDirectoryStorage:
        return None
    if not met and (storage_class in CT_CLASSES or "Modality" not in dataset):
        # A UID that was read just before the end may itself be cut.
        series_uid = text_of(dataset, "SeriesInstanceUID") if "Rows" in dataset else ""
        return DamagedFile(path, series_uid or None, "ends before its pixels: it is truncated or has none")
    storage_class = text_of(dataset, "SOPClassUID") or storage_class
    series_uid = text_of(dataset, "SeriesInstanceUID")
    reason = _reason_not_ct(dataset, storage_class)
    if reason is not None:
        return OtherObject(
            path,
            series_uid,
            text_of(dataset, "SeriesDescription"),
            reason,
            patient_id=text_of(dataset, "PatientID"),
            modality=text_of(dataset, "Modality").upper(),
            sop_uid=text_of(dataset, "SOPInstanceUID"),
            study=study_of(dataset),
        )
    if not met:
        return DamagedFile(path, series_uid or None, "ends before its pixels: it is truncated or has none")
    try:
        _check_pixels_are_whole(dataset, file, met[0])
        # In a deflated file the offset was met in the inflated copy.
        deflated = dataset.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian
        pixel_element = PixelElement(None if deflated else met[0].offset_bytes, met[0].length_bytes)
        if storage_class in MULTIFRAME_CLASSES:
            return multiframe_headers(dataset, path, pixel_element)
        return [single_frame_header(dataset, path, pixel_element)]
    except UnreadableValueError as error:
        return DamagedFile(path, series_uid or None, str(error))


def _complete_meta(dataset: FileDataset) -> None:
    """Gives a bare data set the transfer syntax that its bytes were found to have."""
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, little_endian = dataset.original_encoding
        plain = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
        dataset.file_meta.TransferSyntaxUID = plain if little_endian else ExplicitVRBigEndian


def _reason_not_ct(dataset: FileDataset, storage_class: str) -> str | None:
    """Why an object is not a CT slice; None where it is one, or too damaged to tell."""
    modality = text_of(dataset, "Modality").upper()
    if modality and modality != "CT":
        return f"modality {modality}, not CT"
    if storage_class and storage_class not in CT_CLASSES:
        return f"{UID(storage_class).name}, not a CT image"
    image_type = text_of(dataset, "ImageType").upper()
    if "LOCALIZER" in image_type or "TOPOGRAM" in image_type:
        return "localiser"
    if not modality and "Rows" in dataset:
        return "no modality is stated; expected CT"
    return None


def _check_pixels_are_whole(dataset: FileDataset, file: BinaryIO, pixel_element: PixelElement) -> None:
    """Refuses a file that ends within its pixels, or states fewer than its size needs.

    Raises:
        UnreadableValueError: so many bytes are missing.
    """
    length = pixel_element.length_bytes
    if length is None:
        _check_fragments(file, pixel_element.offset_bytes or 0)
        return
    sizes = [whole_number_of(dataset, keyword) or 0 for keyword in ("Rows", "Columns", "BitsAllocated")]
    frames = whole_number_of(dataset, "NumberOfFrames") or 1
    needed = sizes[0] * sizes[1] * frames * sizes[2] // 8
    if length < needed:
        raise UnreadableValueError(f"has {length} bytes of pixels where its size needs {needed}")
    if dataset.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian:
        return
    missing = (pixel_element.offset_bytes or 0) + length - os.fstat(file.fileno()).st_size
    if missing > 0:
        raise UnreadableValueError(f"is truncated: {missing} of {length} bytes of pixels are missing")


def _check_fragments(file: BinaryIO, offset_bytes: int) -> None:
    """Refuses encapsulated pixels whose items do not end in a sequence delimiter (PS3.5 A.4)."""
    file_bytes = os.fstat(file.fileno()).st_size
    while offset_bytes + ITEM_HEADER.size <= file_bytes:
        file.seek(offset_bytes)
        tag, length = ITEM_HEADER.unpack(file.read(ITEM_HEADER.size))
        if tag == SEQUENCE_DELIMITER:
            return
        if tag != ITEM:
            raise UnreadableValueError("has compressed pixels whose items are damaged")
        offset_bytes += ITEM_HEADER.size + length
    raise UnreadableValueError("is truncated: it ends within its compressed pixels")
