"""Where the nodule is: from a point, a DICOM SEG, an RTSTRUCT or a mask volume to one place in the patient."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import RTStructureSetStorage

from radiogene.ct.geometry import HALF_VOXEL, Frame, point_to_lps_mm
from radiogene.ct.nodule.choice import SEGMENT_OPTION, Choice, choose_region
from radiogene.ct.nodule.dicom_object import SEGMENTATIONS, only_nodule_object, parsing_dicom, read_dicom
from radiogene.ct.nodule.mask_volume import MASK_SUFFIXES, read_mask
from radiogene.ct.nodule.reference import check_frame, check_patient, references_of, text_of
from radiogene.ct.nodule.region import Body
from radiogene.ct.nodule.rtstruct import frames_of_rois, read_structures
from radiogene.ct.nodule.segmentation import read_segmentation
from radiogene.ct.scan import Scan
from radiogene.errors import NoduleError
from radiogene.storage.regular_file import SpecialFileError, refuse_special

POINT, DICOM_SEG, RTSTRUCT, MASK = "point", "dicom-seg", "rtstruct", "mask"

LONGEST_ECHO = 80
"""Messages repeat at most this many characters of what was given as the nodule."""


@dataclass(frozen=True, eq=False)
class Nodule:
    """One nodule of one scan.

    Attributes:
        centre_lps_mm: (3,) float64, the point or the centroid in LPS mm; inside the scan.
        extent_mm: (3,) float64, bounding box of the segment along L, P, H with whole voxels; None for a point.
        volume_ml: volume of the segment; None for a point.
        kind: `point`, `dicom-seg`, `rtstruct` or `mask`.
        segment: the segment and component that were chosen; None for a point.
        body: what the chosen segment or component fills; None for a point.
        decisions: what was decided, in words for the result.
    """

    centre_lps_mm: NDArray[np.float64]
    extent_mm: NDArray[np.float64] | None
    volume_ml: float | None
    kind: str
    segment: str | None
    body: Body | None
    decisions: tuple[str, ...]


NodulePlace = str | Path | Sequence[float]
"""What a nodule is given as: three numbers, their text "x y z", or the path of a marking."""


def locate_nodule(nodule: NodulePlace, scan: Scan, *, frame: Frame = Frame.LPS, segment: str | None = None) -> Nodule:
    """The nodule's place in the scan.

    Args:
        nodule: three numbers, or their text "x y z" (also with commas), in `frame`; or the path of a DICOM SEG, an
            RTSTRUCT, a NIfTI, NRRD or MHA mask, or of a folder with exactly one such DICOM object.
        scan: the scan that the nodule lies in.
        frame: the frame of a point; files carry their own.
        segment: `NUMBER` or `LABEL`, with `.COMPONENT` counted from 1 by falling volume, where a file marks several.

    Raises:
        NoduleError: the nodule is missing, unreadable, empty, ambiguous, outside the scan, of another patient or in
            another frame of reference.

    Source: centroid, `method.md` section 1.
    """
    if not isinstance(nodule, str | Path):
        numbers: list[float] | None = [float(number) for number in nodule]
        place = _from_point(numbers or [], scan, frame, segment)
        _check_inside(place, scan, numbers, frame)
        return place
    nodule = str(nodule)
    numbers = _numbers(nodule)
    if numbers is not None and len(numbers) != len("xyz") and Path(nodule.strip()).is_file():
        numbers = None  # DICOM files are often named by a number alone
    if numbers is not None:
        place = _from_point(numbers, scan, frame, segment)
    else:
        place = _from_path(_existing_path(nodule), scan, segment)
    _check_inside(place, scan, None if numbers is None else numbers, frame)
    return place


def _from_point(numbers: list[float], scan: Scan, frame: Frame, segment: str | None) -> Nodule:
    if len(numbers) != 3 or not all(math.isfinite(number) for number in numbers):
        raise NoduleError(
            f"A nodule given as a point needs three finite numbers x y z, with a decimal point; found {len(numbers)}: "
            f"{' '.join(f'{number:g}' for number in numbers[:6])}."
        )
    if segment is not None:
        raise NoduleError(f"{SEGMENT_OPTION} '{segment}' chooses within a mask, but the nodule is given as a point.")
    decisions = () if frame is Frame.LPS else (f"nodule given as {frame.value} {' '.join(f'{n:g}' for n in numbers)}",)
    return Nodule(point_to_lps_mm(numbers, frame, scan.grid), None, None, POINT, None, None, decisions)


def _from_path(path: Path, scan: Scan, segment: str | None) -> Nodule:
    if path.is_dir():
        path = only_nodule_object(path)
    if path.name.lower().endswith(MASK_SUFFIXES):
        return _from_mask(path, scan, segment)
    dataset = read_dicom(path) or read_dicom(path, unmarked=True)
    if dataset is None:
        raise NoduleError(
            f"{path} is neither DICOM nor a mask volume: a point x y z, a DICOM SEG or RTSTRUCT, a folder with one of "
            f"them, or a file with one of the endings {', '.join(MASK_SUFFIXES)} was expected."
        )
    with parsing_dicom(path):
        return _from_dicom(dataset, path, scan, segment)


def _from_dicom(dataset: Dataset, path: Path, scan: Scan, segment: str | None) -> Nodule:
    storage = dataset.get("SOPClassUID")
    check_patient(dataset, scan, str(path))
    if storage in SEGMENTATIONS:
        return _from_segmentation(dataset, path, scan, segment)
    if storage == RTStructureSetStorage:
        return _from_structures(dataset, path, scan, segment)
    kind = getattr(storage, "name", "of no stated kind")
    raise NoduleError(f"{path} is a DICOM object ({kind}): a Segmentation or an RT Structure Set was expected.")


def _from_segmentation(dataset: Dataset, path: Path, scan: Scan, segment: str | None) -> Nodule:
    where = str(path)
    frame_uid = text_of(dataset, "FrameOfReferenceUID")
    accepted = check_frame(dataset, [frame_uid] if frame_uid else [], references_of(dataset), scan, where)
    read = read_segmentation(dataset, scan, where)
    return _nodule(choose_region(read.segments, segment, where), DICOM_SEG, (*accepted, *read.decisions))


def _from_structures(dataset: Dataset, path: Path, scan: Scan, segment: str | None) -> Nodule:
    where = str(path)
    frames, references = frames_of_rois(dataset), references_of(dataset)
    # A set with no region in the scan's frame is refused as such, before any question of choice.
    accepted = check_frame(dataset, frozenset().union(*frames.values()), references, scan, where)
    choice = choose_region(read_structures(dataset, scan, where), segment, where)
    check_frame(dataset, frames[choice.number], references, scan, f"Region {choice.name} of {where}")
    return _nodule(choice, RTSTRUCT, accepted)


def _from_mask(path: Path, scan: Scan, segment: str | None) -> Nodule:
    decisions = ("the mask names no patient and no frame of reference: taken to lie in the scan's",)
    return _nodule(choose_region(read_mask(path, scan.grid), segment, str(path)), MASK, decisions)


def _nodule(choice: Choice, kind: str, decisions: tuple[str, ...]) -> Nodule:
    region = choice.region
    return Nodule(
        centre_lps_mm=region.centre_lps_mm,
        extent_mm=region.extent_mm,
        volume_ml=region.volume_ml,
        kind=kind,
        segment=choice.name,
        body=region.body,
        decisions=(*decisions, *choice.decisions),
    )


def _numbers(nodule: str) -> list[float] | None:
    """The numbers that make up the text; None where any part of it is none."""
    parts = [part for part in re.split(r"[\s,;]+", nodule.strip().strip("()[]")) if part]
    if not parts:
        raise NoduleError("No nodule was given: expected a point x y z, or the path of a SEG, an RTSTRUCT or a mask.")
    try:
        return [float(part) for part in parts]
    except ValueError:
        return None


def _existing_path(nodule: str) -> Path:
    path = Path(nodule.strip()).expanduser()
    try:
        refuse_special(path)
        exists = path.exists()
    except SpecialFileError as error:
        raise NoduleError(str(error)) from error
    except (OSError, ValueError):
        exists = False
    if not exists:
        raise NoduleError(
            f"'{nodule.strip()[:LONGEST_ECHO]}' is neither a point of three numbers nor an existing file or folder. "
            "Expected x y z, or the path of a SEG, an RTSTRUCT or a mask."
        )
    return path


def _check_inside(nodule: Nodule, scan: Scan, numbers: list[float] | None, frame: Frame) -> None:
    """Refuse a nodule outside the scan, with a hint where a point fits in another frame."""
    if scan.grid.contains_index(scan.grid.to_index_ijk(nodule.centre_lps_mm)):
        return
    corners = [[-HALF_VOXEL, count - HALF_VOXEL] for count in scan.grid.shape_ijk]
    corners_lps_mm = scan.grid.to_lps_mm(list(product(*corners)))
    bounds = ", ".join(
        f"{axis} {low:.1f} to {high:.1f}"
        for axis, low, high in zip("xyz", corners_lps_mm.min(axis=0), corners_lps_mm.max(axis=0), strict=True)
    )
    centre = ", ".join(f"{value:.1f}" for value in nodule.centre_lps_mm)
    what = "point" if numbers is not None else f"centroid of segment {nodule.segment}"
    message = (
        f"The nodule lies outside the scan {scan.source}: its {what} is ({centre}) mm LPS, "
        f"the scan reaches {bounds} mm."
    )
    if numbers is None:
        raise NoduleError(f"{message} Is this the series that the nodule was marked on?")
    fitting = [
        other.value
        for other in Frame
        if other is not frame
        and scan.grid.contains_index(scan.grid.to_index_ijk(point_to_lps_mm(numbers, other, scan.grid)))
    ]
    hint = "".join(f" Read as {name} it would lie inside: did you mean `frame` {name}?" for name in fitting)
    raise NoduleError(
        message + (hint or " Give the point in LPS mm, or say its frame with `frame` ras or `frame` voxel.")
    )
