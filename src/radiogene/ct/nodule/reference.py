"""Whether a DICOM segmentation or structure set belongs to the scan: same patient, same frame of reference."""

from collections.abc import Collection
from dataclasses import dataclass

from pydicom import Dataset
from pydicom.datadict import dictionary_VR
from pydicom.tag import BaseTag, Tag

from radiogene.ct.scan import Scan
from radiogene.errors import NoduleError

SERIES_INSTANCE_UID = Tag("SeriesInstanceUID")
REFERENCED_SOP_INSTANCE_UID = Tag("ReferencedSOPInstanceUID")

OWN_IDENTIFIERS = ("SeriesInstanceUID", "SOPInstanceUID", "StudyInstanceUID")
"""A frame of reference named after the segmentation itself is no frame of any scanner."""


@dataclass(frozen=True)
class References:
    """What a DICOM object says it was made from.

    Attributes:
        sop_uids: SOP Instance UIDs of images it refers to.
        series_uids: Series Instance UIDs it refers to.
    """

    sop_uids: frozenset[str]
    series_uids: frozenset[str]

    def names_instances_of(self, scan: Scan) -> bool:
        """True where it refers to a slice of the scan."""
        return bool(self.sop_uids & {uid for uid in scan.slice_sop_uids if uid})

    def names(self, scan: Scan) -> bool:
        """True where it refers to a slice or to the series of the scan."""
        return self.names_instances_of(scan) or (scan.series_uid is not None and scan.series_uid in self.series_uids)


def references_of(dataset: Dataset) -> References:
    """Every image and series that a DICOM object refers to, at any depth."""
    sop_uids: set[str] = set()
    series_uids: set[str] = set()
    _collect(dataset, sop_uids, series_uids, nested=False)
    return References(frozenset(sop_uids), frozenset(series_uids))


def text_of(dataset: Dataset, keyword: str) -> str | None:
    """The attribute as text without padding; None where it is absent or empty."""
    value = dataset.get(keyword)
    text = "" if value is None else str(value).strip().strip("\0")
    return text or None


def check_patient(dataset: Dataset, scan: Scan, where: str) -> None:
    """Refuse a segmentation of another patient; nothing where one of the two names none.

    Raises:
        NoduleError: the Patient IDs differ (they are not printed).
    """
    patient_id = text_of(dataset, "PatientID")
    scan_patient_id = (scan.patient_id or "").strip()
    if patient_id and scan_patient_id and patient_id != scan_patient_id:
        raise NoduleError(
            f"{where} is a mask of another patient: its Patient ID (0010,0020) differs from that of the scan "
            f"{scan.source}. Give the segmentation of this patient, or the nodule as a point."
        )


def check_frame(
    dataset: Dataset, frame_uids: Collection[str], references: References, scan: Scan, where: str
) -> tuple[str, ...]:
    """What was decided in accepting that a segmentation lies in the scan's frame of reference.

    Args:
        dataset: the segmentation.
        frame_uids: Frame of Reference UIDs that apply to it; empty where it has none.
        references: what it refers to.
        scan: the scan.
        where: the file, for messages.

    Raises:
        NoduleError: it lies in another frame of reference, or nothing says that it lies in the scan's.

    Source: DICOM PS3.3 C.7.4.1 and A.51.5.
    """
    if scan.frame_of_reference_uid is None and scan.series_uid is None and not any(scan.slice_sop_uids):
        raise NoduleError(
            f"{where} refers to a frame of reference, but the scan {scan.source} has none, so nothing shows that they "
            "belong together. Give the DICOM series as the scan, or convert the segmentation to a NIfTI or NRRD mask, "
            "or give the nodule as a point."
        )
    frame_uid = scan.frame_of_reference_uid
    if frame_uid is not None and frame_uid in frame_uids:
        return ()
    if frame_uid is None or not frame_uids:
        return _accepted_by_reference(references, scan, where, missing_in_scan=frame_uid is None)
    # The first DICOM SEG writers of 3D Slicer and ePAD, which made the segmentations of NSCLC Radiogenomics,
    # wrote their own Series Instance UID as the frame of reference. Such a UID names no other frame; the file is
    # accepted when it refers to the very slices of this scan.
    names_itself = set(frame_uids) <= {text_of(dataset, keyword) for keyword in OWN_IDENTIFIERS}
    if names_itself and references.names_instances_of(scan):
        return (
            "the segmentation names itself as its frame of reference; accepted, as it refers to slices of this scan",
        )
    raise NoduleError(
        f"{where} lies in the frame of reference {', '.join(sorted(frame_uids))}, the scan {scan.source} in "
        f"{frame_uid}: coordinates of one mean nothing in the other. Give the series that the segmentation was "
        "made on, or the nodule as a point."
    )


def _accepted_by_reference(references: References, scan: Scan, where: str, *, missing_in_scan: bool) -> tuple[str, ...]:
    without = "the scan" if missing_in_scan else "the segmentation"
    if references.names(scan):
        return (f"{without} has no Frame of Reference UID; accepted, as the segmentation refers to this scan",)
    raise NoduleError(
        f"{without.capitalize()} has no Frame of Reference UID (0020,0052) and {where} refers to no slice and not to "
        f"the series of the scan {scan.source}: nothing shows that they belong together. Give the series that the "
        "segmentation was made on, or the nodule as a point."
    )


def _collect(dataset: Dataset, sop_uids: set[str], series_uids: set[str], *, nested: bool) -> None:
    """Add the UIDs that `dataset` refers to; contour and pixel values are never parsed."""
    for tag in list(dataset.keys()):
        if tag == REFERENCED_SOP_INSTANCE_UID:
            sop_uids.add(str(dataset[tag].value))
        elif nested and tag == SERIES_INSTANCE_UID:
            series_uids.add(str(dataset[tag].value))
        elif _is_sequence(dataset, tag):
            for item in dataset[tag].value or ():
                _collect(item, sop_uids, series_uids, nested=True)


def _is_sequence(dataset: Dataset, tag: BaseTag) -> bool:
    representation = dataset.get_item(tag).VR
    if representation in (None, "UN"):
        try:
            representation = dictionary_VR(tag)
        except KeyError:
            return False
    return str(representation) == "SQ"
