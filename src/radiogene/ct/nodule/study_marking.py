"""The marking that lies in the same study as a scan: a SEG or an RTSTRUCT that names the scan's series."""

from pathlib import Path

from radiogene.ct.nodule.dicom_object import NODULE_OBJECTS, read_dicom
from radiogene.ct.nodule.reference import references_of, text_of
from radiogene.ct.scan import Scan
from radiogene.ct.series.dicom_headers import read_headers
from radiogene.errors import NoduleError, SeriesError

AUTO = "auto"
"""What a nodule is given as that is to be found."""

MARKING_MODALITIES = frozenset({"SEG", "RTSTRUCT"})

MOST_LISTED = 10


def study_marking(ct: Path, scan: Scan) -> Path:
    """The one SEG or RTSTRUCT of a scan in its folder, or in the folder around that.

    Args:
        ct: the path that the scan was read from.
        scan: of it.

    Raises:
        NoduleError: the scan is no DICOM series, or there is no marking of it, or there are several, which are listed.
    """
    if scan.series_uid is None:
        raise NoduleError(f"{ct} is no DICOM series, so no marking can name it. Give the nodule as a point or a mask.")
    own = ct if ct.is_dir() else ct.parent
    found: list[Path] = []
    for folder in (own, own.parent):
        found = _markings(folder, scan)
        if found:
            break
    if not found:
        raise NoduleError(
            f"Neither {own} nor the folder around it holds a DICOM SEG or RTSTRUCT that names the series of the scan. "
            "Give the nodule as a point, or the path of its marking."
        )
    if len(found) > 1:
        lines = "".join(f"\n  {path}" for path in found[:MOST_LISTED])
        more = f"\n  ... and {len(found) - MOST_LISTED} more" if len(found) > MOST_LISTED else ""
        raise NoduleError(
            f"{len(found)} markings name the series of the scan; give the one that is meant:{lines}{more}"
        )
    return found[0]


def _markings(folder: Path, scan: Scan) -> list[Path]:
    """The markings under a folder that name the scan's series or its frame of reference and patient."""
    try:
        others = read_headers(folder).others
    except SeriesError:
        # An archive of many patients around the scan's own folder is none of its study.
        return []
    candidates = sorted(other.path for other in others if other.modality in MARKING_MODALITIES)
    return [path for path in candidates if _marks(path, scan)]


def _marks(path: Path, scan: Scan) -> bool:
    dataset = read_dicom(path, headers_only=True)
    if dataset is None or dataset.get("SOPClassUID") not in NODULE_OBJECTS:
        return False
    if references_of(dataset).names(scan):
        return True
    same_frame = scan.frame_of_reference_uid and text_of(dataset, "FrameOfReferenceUID") == scan.frame_of_reference_uid
    return bool(same_frame) and text_of(dataset, "PatientID") == scan.patient_id
