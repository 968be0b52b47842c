"""What one file is: a CT image with its header, several of them, another DICOM object, damaged, or no DICOM at all."""

import os
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    LegacyConvertedEnhancedCTImageStorage,
    MediaStorageDirectoryStorage,
)

from radiogene.ct.packed_ratio import LARGEST_PACKED_RATIO
from radiogene.ct.series.deflated_file import inflated_copy
from radiogene.ct.series.dicom_image_header import PixelElement, single_frame_header, study_of
from radiogene.ct.series.dicom_values import UnreadableValueError, text_of, whole_number_of
from radiogene.ct.series.enhanced_multiframe import multiframe_headers
from radiogene.ct.series.header_elements import HEADER_TAGS, HeaderElements
from radiogene.ct.series.plain_header import MAGIC, PIXEL_TAGS, PREAMBLE_BYTES, UNDEFINED_LENGTH, plain_header
from radiogene.ct.series.slice_header import DamagedFile, OtherObject, SliceHeader
from radiogene.storage.regular_file import open_file

DICOM_SUFFIXES = frozenset({".dcm", ".dicom", ".ima"})
"""A file with one of these names that is not DICOM is a damaged slice, not a stray file."""

HEADER_BYTES = (8 << 10, 1 << 20)
"""A CT's header ends within the first; private elements may reach into the second; longer ones are pydicom's."""

DEFLATED_HEADER_BYTES = (1 << 20, 1 << 26)
"""The same of a deflated file, of which no more is inflated for its header."""

ITEM_HEADER = struct.Struct("<4sI")
ITEM = b"\xfe\xff\x00\xe0"
SEQUENCE_DELIMITER = b"\xfe\xff\xdd\xe0"
"""The frame of encapsulated pixels, always little endian (PS3.5 A.4)."""

MULTIFRAME_CLASSES = frozenset({EnhancedCTImageStorage, LegacyConvertedEnhancedCTImageStorage})
CT_CLASSES = MULTIFRAME_CLASSES | {CTImageStorage}

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
    RecursionError,
    struct.error,
    zlib.error,
)
"""What pydicom raises over bytes that are not what they should be."""


def read_file_header(path: Path) -> list[SliceHeader] | OtherObject | DamagedFile | None:
    """The CT slices of a file, or what other object it holds; None for a file that is not a DICOM image."""
    try:
        # Unbuffered: the start of the file is read once, and the general reader is given a buffer of its own.
        with open_file(path, buffered=False) as file:
            start = file.read(HEADER_BYTES[0])
            if not _looks_like_dicom(start):
                if path.suffix.lower() in DICOM_SUFFIXES or not (start or path.suffix):
                    return DamagedFile(path, None, "is named like a DICOM file and is not one, or lost its beginning")
                return None
            header = plain_header(start)
            if header is None and len(start) == HEADER_BYTES[0]:
                header = plain_header(start + file.read(HEADER_BYTES[1]))
            if header is None:
                with open_file(path) as buffered:
                    return _classified(*_general_header(buffered), buffered, path)
            length = None if header.length_bytes == UNDEFINED_LENGTH else header.length_bytes
            return _classified(header.elements, PixelElement(header.offset_bytes, length), file, path)
    except (InvalidDicomError, *DAMAGE_ERRORS) as error:
        return DamagedFile(path, None, f"cannot be read as DICOM: {error}")
    except OSError as error:
        return DamagedFile(path, None, f"cannot be read: {error.strerror}")


def _looks_like_dicom(start: bytes) -> bool:
    """True for a Part 10 file, and for a bare data set as older tools write it."""
    if start[PREAMBLE_BYTES : PREAMBLE_BYTES + len(MAGIC)] == MAGIC:
        return True
    # A bare data set begins with a low element of group 0008, or with the meta group 0002.
    return len(start) > 8 and start[:2] in (b"\x08\x00", b"\x02\x00") and start[3:4] == b"\x00"


def _general_header(file: BinaryIO) -> tuple[HeaderElements, PixelElement | None]:
    """The header as pydicom reads it, whatever its encoding, and where its pixels were met."""
    for most in DEFLATED_HEADER_BYTES:
        copy = inflated_copy(file, most)
        if copy is None:
            return _walked_header(file)
        elements, pixels = _walked_header(copy)
        if pixels is not None:
            break
    return replace(elements, transfer_syntax_uid=DeflatedExplicitVRLittleEndian), pixels


def _walked_header(file: BinaryIO) -> tuple[HeaderElements, PixelElement | None]:
    """The header of a file that is not deflated."""
    met: list[PixelElement] = []

    def at_pixels(tag: BaseTag, _vr: str | None, length: int) -> bool:
        if tag not in PIXEL_TAGS:
            return False
        undefined = length == UNDEFINED_LENGTH
        met.append(PixelElement(file.tell(), None if undefined else length))
        return True

    dataset = read_partial(file, at_pixels, force=True, specific_tags=list(HEADER_TAGS))
    return HeaderElements.of_dataset(dataset), met[0] if met else None


def _classified(
    elements: HeaderElements, pixels: PixelElement | None, file: BinaryIO, path: Path
) -> list[SliceHeader] | OtherObject | DamagedFile | None:
    """The CT slices of an open DICOM file, or what other object it holds."""
    storage_class = elements.media_storage_class or text_of(elements, "SOPClassUID")
    if storage_class == MediaStorageDirectoryStorage:
        return None
    if pixels is None and (storage_class in CT_CLASSES or "Modality" not in elements):
        # A UID that was read just before the end may itself be cut.
        series_uid = text_of(elements, "SeriesInstanceUID") if "Rows" in elements else ""
        return DamagedFile(path, series_uid or None, "ends before its pixels: it is truncated or has none")
    storage_class = text_of(elements, "SOPClassUID") or storage_class
    series_uid = text_of(elements, "SeriesInstanceUID")
    reason = _reason_not_ct(elements, storage_class)
    if reason is not None:
        return OtherObject(
            path,
            series_uid,
            text_of(elements, "SeriesDescription"),
            reason,
            patient_id=text_of(elements, "PatientID"),
            modality=text_of(elements, "Modality").upper(),
            sop_uid=text_of(elements, "SOPInstanceUID"),
            study=study_of(elements),
        )
    if pixels is None:
        return DamagedFile(path, series_uid or None, "ends before its pixels: it is truncated or has none")
    try:
        _check_pixels_are_whole(elements, file, pixels)
        # In a deflated file the offset was met in the inflated copy.
        deflated = elements.transfer_syntax_uid == DeflatedExplicitVRLittleEndian
        pixel_element = PixelElement(None if deflated else pixels.offset_bytes, pixels.length_bytes)
        if storage_class in MULTIFRAME_CLASSES:
            return multiframe_headers(elements, path, pixel_element)
        return [single_frame_header(elements, path, pixel_element)]
    except UnreadableValueError as error:
        return DamagedFile(path, series_uid or None, str(error))


def _reason_not_ct(elements: HeaderElements, storage_class: str) -> str | None:
    """Why an object is not a CT slice; None where it is one, or too damaged to tell."""
    modality = text_of(elements, "Modality").upper()
    if modality and modality != "CT":
        return f"modality {modality}, not CT"
    if storage_class and storage_class not in CT_CLASSES:
        return f"{UID(storage_class).name}, not a CT image"
    image_type = text_of(elements, "ImageType").upper()
    if "LOCALIZER" in image_type or "TOPOGRAM" in image_type:
        return "localiser"
    if not modality and "Rows" in elements:
        return "no modality is stated; expected CT"
    return None


def _check_pixels_are_whole(elements: HeaderElements, file: BinaryIO, pixel_element: PixelElement) -> None:
    """Refuse a file that ends within its pixels, or states fewer than its size needs.

    Raises:
        UnreadableValueError: so many bytes are missing.
    """
    length = pixel_element.length_bytes
    if length is None:
        _check_fragments(file, pixel_element.offset_bytes or 0)
        return
    sizes = [whole_number_of(elements, keyword) or 0 for keyword in ("Rows", "Columns", "BitsAllocated")]
    frames = whole_number_of(elements, "NumberOfFrames") or 1
    needed = sizes[0] * sizes[1] * frames * sizes[2] // 8
    if length < needed:
        raise UnreadableValueError(f"has {length} bytes of pixels where its size needs {needed}")
    if elements.transfer_syntax_uid == DeflatedExplicitVRLittleEndian:
        held = os.fstat(file.fileno()).st_size
        if needed > held * LARGEST_PACKED_RATIO:
            raise UnreadableValueError(f"has {held} bytes, which cannot hold the {needed} that its size needs")
        return
    missing = (pixel_element.offset_bytes or 0) + length - os.fstat(file.fileno()).st_size
    if missing > 0:
        raise UnreadableValueError(f"is truncated: {missing} of {length} bytes of pixels are missing")


def _check_fragments(file: BinaryIO, offset_bytes: int) -> None:
    """Refuse encapsulated pixels whose items do not end in a sequence delimiter (PS3.5 A.4)."""
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
