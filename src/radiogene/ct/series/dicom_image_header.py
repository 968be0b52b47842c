"""From a DICOM dataset without pixels to the headers of its CT slices."""

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from radiogene.ct.series.dicom_values import (
    UnreadableValueError,
    element_name,
    is_unreadable_number,
    number_of,
    numbers_of,
    recorded_number,
    recorded_text,
    text_of,
    texts_of,
    value_of,
    whole_number_of,
)
from radiogene.ct.series.header_elements import HeaderElements
from radiogene.ct.series.slice_header import AcquisitionFacts, Rescale, SliceHeader, StoredPixels, StudyFacts, Triple

ORIENTATION_TOLERANCE = 1e-3
"""How far a direction cosine's length may be from 1, and the two directions' product from 0: three decimals."""

PERSON_KEYWORDS = ("PatientName", "PatientBirthDate", "PatientSex", "IssuerOfPatientID")

WORD_BITS = 16


LARGEST_MATRIX = 4096
"""Four times the rows and columns of current scanners; a packed image could claim 65,535 of each, 8 GB."""


@dataclass(frozen=True, slots=True)
class PixelElement:
    """Where PixelData was met in a file.

    Attributes:
        offset_bytes: where its value begins; None where the file is deflated.
        length_bytes: its stated length; None where undefined (encapsulated pixels).
    """

    offset_bytes: int | None
    length_bytes: int | None


def single_frame_header(dataset: HeaderElements, path: Path, pixel_element: PixelElement) -> SliceHeader:
    """The header of a CT Image Storage object.

    Raises:
        UnreadableValueError: an element that gives the slice its place or size is missing or impossible.
    """
    frames = whole_number_of(dataset, "NumberOfFrames") or 1
    if frames != 1:
        raise UnreadableValueError(f"has {frames} frames but no functional groups that place them")
    orientation = required_numbers(dataset, "ImageOrientationPatient", 6)
    row, column = unit_directions(orientation)
    return SliceHeader(
        path=path,
        frame=0,
        frames_in_file=1,
        series_uid=text_of(dataset, "SeriesInstanceUID"),
        sop_uid=text_of(dataset, "SOPInstanceUID"),
        patient_id=text_of(dataset, "PatientID"),
        frame_of_reference_uid=text_of(dataset, "FrameOfReferenceUID"),
        description=text_of(dataset, "SeriesDescription"),
        image_type=image_type_of(dataset, "ImageType"),
        stack="",
        acquisition=recorded_text(dataset, "AcquisitionNumber"),
        phase=recorded_text(dataset, "TemporalPositionIdentifier"),
        rows=required_size(dataset, "Rows"),
        columns=required_size(dataset, "Columns"),
        pixel_spacing_mm=checked_spacing(required_numbers(dataset, "PixelSpacing", 2)),
        position_lps_mm=as_triple(required_numbers(dataset, "ImagePositionPatient", 3)),
        row_direction_lps=row,
        column_direction_lps=column,
        pixels=stored_pixels(dataset, pixel_element),
        rescale=rescale_of(dataset),
        facts=AcquisitionFacts(
            manufacturer=text_of(dataset, "Manufacturer") or None,
            model=text_of(dataset, "ManufacturerModelName") or None,
            kernel=text_of(dataset, "ConvolutionKernel") or None,
            kvp=recorded_number(dataset, "KVP"),
            slice_thickness_mm=recorded_number(dataset, "SliceThickness"),
            unreadable=unreadable_facts(dataset, dataset),
        ),
        study=study_of(dataset),
    )


def unreadable_facts(beam: Dataset | HeaderElements, measures: Dataset | HeaderElements) -> str:
    """Names of the numbers that are only recorded and hold something else, separated by commas.

    Args:
        beam: what has the tube voltage.
        measures: what has the thickness.
    """
    found = [
        name for name, dataset in (("KVP", beam), ("SliceThickness", measures)) if is_unreadable_number(dataset, name)
    ]
    return ", ".join(found)


def study_of(dataset: HeaderElements) -> StudyFacts:
    """The study that an object says it belongs to."""
    return StudyFacts(
        uid=text_of(dataset, "StudyInstanceUID"),
        date=text_of(dataset, "StudyDate"),
        description=text_of(dataset, "StudyDescription"),
        person=_person_of(dataset),
    )


def _person_of(dataset: HeaderElements) -> str:
    """What tells persons apart, as `StudyFacts.person` has it."""
    return " ".join(_digest(recorded_text(dataset, keyword)) for keyword in PERSON_KEYWORDS)


@lru_cache(4096)
def _digest(text: str) -> str:
    """16 bits of a hash of the letters and digits of a text, accents and capitals aside; `-` where it has none."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    words = sorted("".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c)).split())
    return hashlib.blake2b(" ".join(words).encode(), digest_size=2).hexdigest() if words else "-"


def required_numbers(dataset: Dataset | HeaderElements, keyword: str, count: int) -> tuple[float, ...]:
    """The numbers of an element that must be there."""
    numbers = numbers_of(dataset, keyword, count)
    if numbers is None:
        raise UnreadableValueError(f"has no {element_name(keyword)}")
    return numbers


def required_size(dataset: Dataset | HeaderElements, keyword: str) -> int:
    """Rows or Columns, from 1 to what a CT has at most."""
    size = whole_number_of(dataset, keyword)
    if size is None or not 1 <= size <= LARGEST_MATRIX:
        raise UnreadableValueError(f"has {element_name(keyword)} = {size}; expected 1 to {LARGEST_MATRIX}")
    return size


def checked_spacing(spacing_mm: tuple[float, ...]) -> tuple[float, float]:
    """(between rows, between columns) in mm, both above 0."""
    if min(spacing_mm) <= 0:
        raise UnreadableValueError(f"has {element_name('PixelSpacing')} = {list(spacing_mm)}; expected above 0 mm")
    return spacing_mm[0], spacing_mm[1]


def as_triple(numbers: tuple[float, ...]) -> Triple:
    """Three numbers as a triple."""
    return numbers[0], numbers[1], numbers[2]


@lru_cache(256)
def unit_directions(orientation: tuple[float, ...]) -> tuple[Triple, Triple]:
    """The row and column direction of ImageOrientationPatient as exactly orthogonal unit vectors in LPS.

    Raises:
        UnreadableValueError: a direction is not of length 1, or the two are not orthogonal, within the tolerance.
    """
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    lengths = float(np.linalg.norm(row)), float(np.linalg.norm(column))
    product = float(row @ column)
    if max(abs(length - 1) for length in lengths) > ORIENTATION_TOLERANCE or abs(product) > ORIENTATION_TOLERANCE:
        raise UnreadableValueError(
            f"has {element_name('ImageOrientationPatient')} = {list(orientation)}: lengths {lengths[0]:.4f} and "
            f"{lengths[1]:.4f}, product {product:.4f}; expected 1, 1 and 0 within {ORIENTATION_TOLERANCE}"
        )
    row = row / lengths[0]
    column = column - (row @ column) * row
    column = column / np.linalg.norm(column)
    return as_triple(tuple(row.tolist())), as_triple(tuple(column.tolist()))


def image_type_of(dataset: Dataset | HeaderElements, keyword: str) -> tuple[str, ...]:
    """The values of ImageType or FrameType in capitals."""
    return tuple(text.upper() for text in texts_of(dataset, keyword))


def rescale_of(dataset: Dataset | HeaderElements) -> Rescale:
    """Slope, intercept and type, from the image itself or from a PixelValueTransformationSequence item."""
    return Rescale(
        slope=number_of(dataset, "RescaleSlope"),
        intercept=number_of(dataset, "RescaleIntercept"),
        kind=text_of(dataset, "RescaleType").upper(),
    )


def stored_pixels(dataset: HeaderElements, pixel_element: PixelElement) -> StoredPixels:
    """How the image's pixels are stored."""
    bits_allocated = whole_number_of(dataset, "BitsAllocated") or 0
    bits_stored = whole_number_of(dataset, "BitsStored") or bits_allocated
    high_bit = whole_number_of(dataset, "HighBit")
    return StoredPixels(
        transfer_syntax_uid=dataset.transfer_syntax_uid,
        offset_bytes=pixel_element.offset_bytes,
        little_endian=dataset.is_little_endian,
        bits_allocated=bits_allocated,
        bits_stored=bits_stored,
        high_bit=bits_stored - 1 if high_bit is None else high_bit,
        signed=whole_number_of(dataset, "PixelRepresentation") == 1,
        samples_per_pixel=whole_number_of(dataset, "SamplesPerPixel") or 1,
        photometric=text_of(dataset, "PhotometricInterpretation"),
        padding_value=_padding_word(dataset, "PixelPaddingValue"),
        padding_limit=_padding_word(dataset, "PixelPaddingRangeLimit"),
        lossy=text_of(dataset, "LossyImageCompression") == "01",
    )


def _padding_word(dataset: HeaderElements, keyword: str) -> int | None:
    """The padding as an unsigned 16-bit word, as the pixels hold it, whatever its VR."""
    value = value_of(dataset, keyword)
    if isinstance(value, bytes):
        return int.from_bytes(value[:2], "little" if dataset.is_little_endian else "big")
    number = whole_number_of(dataset, keyword)
    return None if number is None else number % (1 << WORD_BITS)
