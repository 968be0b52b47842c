"""What one file of a tree is: CT slices, another DICOM object with what it refers to, damaged, or nothing of these."""

from dataclasses import dataclass
from pathlib import Path

from radiogene.ct.nodule.dicom_object import parsing_dicom, read_dicom
from radiogene.ct.nodule.reference import references_of, text_of
from radiogene.ct.series.dicom_file_header import read_file_header
from radiogene.ct.series.slice_header import DamagedFile, OtherObject, SliceHeader
from radiogene.errors import NoduleError

MARKING_MODALITIES = frozenset({"SEG", "RTSTRUCT"})


@dataclass(frozen=True)
class MarkingReferences:
    """What a segmentation or structure set says it was made on.

    Attributes:
        frame_of_reference_uid: empty where not stated.
        sop_uids, series_uids: of images and series.
    """

    frame_of_reference_uid: str
    sop_uids: tuple[str, ...]
    series_uids: tuple[str, ...]


@dataclass(frozen=True)
class FileHeader:
    """What a file is; all empty for a file that is not DICOM.

    Attributes:
        slices: of a CT.
        other: an object that is no CT slice.
        references: of a marking.
        damaged: why a file that should be DICOM cannot be read.
    """

    slices: tuple[SliceHeader, ...] = ()
    other: OtherObject | None = None
    references: MarkingReferences | None = None
    damaged: DamagedFile | None = None


def read_header(path: Path) -> FileHeader:
    """What a file is, by its header alone."""
    content = read_file_header(path)
    if isinstance(content, list):
        return FileHeader(slices=tuple(content))
    if isinstance(content, DamagedFile):
        return FileHeader(damaged=content)
    if content is None:
        return FileHeader()
    if content.modality not in MARKING_MODALITIES:
        return FileHeader(other=content)
    try:
        return FileHeader(other=content, references=_references(path))
    except NoduleError as error:
        return FileHeader(damaged=DamagedFile(path, content.series_uid or None, str(error)))


def _references(path: Path) -> MarkingReferences:
    """What a marking refers to."""
    dataset = read_dicom(path, headers_only=True) or read_dicom(path, headers_only=True, unmarked=True)
    if dataset is None:
        raise NoduleError(f"{path} cannot be read as DICOM. Get the file again.")
    with parsing_dicom(path):
        references = references_of(dataset)
        frame_uid = text_of(dataset, "FrameOfReferenceUID") or ""
    return MarkingReferences(frame_uid, tuple(sorted(references.sop_uids)), tuple(sorted(references.series_uids)))
