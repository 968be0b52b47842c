"""A DICOM segmentation as segments that can be chosen, read as tolerantly as its geometry allows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.nodule.choice import Segment
from radiogene.ct.nodule.mask import PlaneStack
from radiogene.ct.nodule.region import Components, Region
from radiogene.ct.nodule.segmentation_pixels import (
    LARGEST_SEGMENTATION_VOXELS,
    Patch,
    frame_count,
    label_frames,
    patch_of,
)
from radiogene.ct.nodule.segmentation_planes import FramePlanes, frame_planes
from radiogene.ct.scan import Scan
from radiogene.errors import NoduleError

EVEN_TOLERANCE = 0.01
"""Planes are even where each lies within this share of the spacing from its place on a grid (`method.md` section 1)."""

ROUNDING_MM = 2e-3
"""Positions written with few digits differ from even ones by less than this."""

NEIGHBOUR_GAPS = 1.5
"""On uneven planes, those further apart than this many median gaps do not touch."""


LONGEST_SCAN_MM = 3000.0
"""A whole body and the table under it."""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """The segments of a DICOM segmentation and what was decided in reading it."""

    segments: tuple[Segment, ...]
    decisions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Levels:
    """The planes on which frames lie, by growing distance along row direction x column direction.

    Attributes:
        origins_lps_mm: (levels, 3) float64, centre of the first pixel of each.
        steps_mm: (levels, 3) float64, depth of a voxel on each.
        touches_next: bool (levels - 1,).
        even: True where they form a grid.
        level_of_frame: (frames,) the level of each frame.
    """

    origins_lps_mm: NDArray[np.float64]
    steps_mm: NDArray[np.float64]
    touches_next: NDArray[np.bool_]
    even: bool
    level_of_frame: NDArray[np.int64]


def read_segmentation(dataset: Dataset, scan: Scan | None, where: str) -> Segmentation:
    """The segments of a DICOM SEG.

    Args:
        dataset: the segmentation with its pixel data.
        scan: the scan it was made on, for what old files leave out; None to take the file alone.
        where: the file, for messages.

    Raises:
        NoduleError: pixel data or geometry are missing, contradictory, fractional or absurdly large.

    Source: DICOM PS3.3 A.51 (Segmentation IOD) and C.8.20.
    """
    listed = len(dataset.get("PerFrameFunctionalGroupsSequence") or [])
    count, decisions = frame_count(dataset, listed, where)
    planes = frame_planes(dataset, count, scan, where)
    levels = _levels(planes, scan, where)
    labels = _segment_labels(dataset, where)
    patches: dict[int, dict[int, Patch]] = {number: {} for number in labels}
    for index, frame_ji in enumerate(label_frames(dataset, count, where)):
        for number, patch in _patches_of(frame_ji, planes.segment_numbers[index]).items():
            patches.setdefault(number, {})[index] = patch
    segments = tuple(
        _segment(number, labels.get(number, ""), marked, planes, levels) for number, marked in sorted(patches.items())
    )
    uneven = () if levels.even else ("frames are unevenly spaced; each voxel was placed by its own frame",)
    return Segmentation(segments, (*decisions, *planes.decisions, *uneven))


def _patches_of(frame_ji: NDArray[np.integer], number: int | None) -> dict[int, Patch]:
    """What a frame (rows, columns) marks, by segment number; a label map's background is 0."""
    if number is not None:
        patch = patch_of(frame_ji > 0)
        return {} if patch is None else {number: patch}
    patches = {}
    for value in np.unique(frame_ji[frame_ji > 0]).tolist():
        patch = patch_of(frame_ji == value)
        if patch is not None:
            patches[int(value)] = patch
    return patches


def _segment_labels(dataset: Dataset, where: str) -> dict[int, str]:
    """The declared segments: label by number, without the background of a label map."""
    labels: dict[int, str] = {}
    for position, item in enumerate(dataset.get("SegmentSequence") or [], start=1):
        number = int(item.get("SegmentNumber") if item.get("SegmentNumber") is not None else position)
        if number in labels:
            raise NoduleError(f"{where} declares segment {number} twice. Write the segmentation again.")
        if number > 0:
            labels[number] = str(item.get("SegmentLabel") or item.get("SegmentDescription") or "").strip()
    return labels


def _segment(number: int, label: str, marked: dict[int, Patch], planes: FramePlanes, levels: _Levels) -> Segment:
    """A segment whose voxels are put together when asked for."""

    def whole() -> Region | None:
        return _stack(marked, planes, levels).whole() if marked else None

    def components() -> Components:
        return _stack(marked, planes, levels).components() if marked else Components(0, ())

    return Segment(number, label, whole, components)


def _stack(marked: dict[int, Patch], planes: FramePlanes, levels: _Levels) -> PlaneStack:
    """The voxels of the frames `marked` (patch by frame), with the empty planes between them."""
    at = {int(levels.level_of_frame[frame]): patch for frame, patch in marked.items()}
    first, last = min(at), max(at)
    row = min(patch.row for patch in at.values())
    column = min(patch.column for patch in at.values())
    rows = max(patch.row + patch.mask_ji.shape[0] for patch in at.values()) - row
    columns = max(patch.column + patch.mask_ji.shape[1] for patch in at.values()) - column
    if (last - first + 1) * rows * columns > LARGEST_SEGMENTATION_VOXELS:
        raise NoduleError(
            f"The segment spans {last - first + 1} planes of {rows} x {columns}: expected at most "
            f"{LARGEST_SEGMENTATION_VOXELS} voxels. Its positions are damaged: write the segmentation again."
        )
    mask = np.zeros((last - first + 1, rows, columns), dtype=bool)
    for level, patch in at.items():
        top, left = patch.row - row, patch.column - column
        height, width = patch.mask_ji.shape
        mask[level - first, top : top + height, left : left + width] = patch.mask_ji
    origins = levels.origins_lps_mm[first : last + 1] + row * planes.row_step_mm + column * planes.column_step_mm
    steps = levels.steps_mm[first : last + 1]
    grid = None
    if levels.even:
        affine = np.eye(4)
        affine[:3, :3] = np.stack([planes.column_step_mm, planes.row_step_mm, steps[0]], axis=1)
        affine[:3, 3] = origins[0]
        grid = VoxelGrid(affine, (columns, rows, len(mask)))
    return PlaneStack(
        mask_kji=mask,
        plane_origins_lps_mm=origins,
        column_step_mm=planes.column_step_mm,
        row_step_mm=planes.row_step_mm,
        plane_steps_mm=steps,
        touches_next=levels.touches_next[first:last],
        grid=grid,
    )


def _levels(planes: FramePlanes, scan: Scan | None, where: str) -> _Levels:
    """The planes on which frames lie: an even grid with its empty planes where they fit one."""
    normal = np.cross(planes.column_step_mm, planes.row_step_mm)
    normal /= np.linalg.norm(normal)
    distances = planes.origins_lps_mm @ normal
    if (apart := float(np.ptp(planes.origins_lps_mm, axis=0).max(initial=0.0))) > LONGEST_SCAN_MM:
        raise NoduleError(
            f"{where}: its frames lie {apart:.0f} mm apart; expected at most {LONGEST_SCAN_MM:g} mm, the length of a "
            "body. Their positions are damaged: write the segmentation again."
        )
    order = np.argsort(distances, kind="stable")
    rank = np.cumsum(np.concatenate([[0], np.diff(distances[order]) > ROUNDING_MM]))
    level_of_frame = np.empty(len(order), dtype=np.int64)
    level_of_frame[order] = rank
    origins = planes.origins_lps_mm[order][np.flatnonzero(np.diff(rank, prepend=-1))]
    for spacing in _spacings_mm(planes, origins @ normal, normal, scan):
        even = _even_levels(origins, normal, spacing, level_of_frame, where)
        if even is not None:
            return even
    return _uneven_levels(origins, normal, level_of_frame, where)


def _spacings_mm(
    planes: FramePlanes, distances: NDArray[np.float64], normal: NDArray[np.float64], scan: Scan | None
) -> list[float]:
    """Spacings between planes to try, the most trustworthy first.

    A thickness comes last: slices may overlap or leave gaps, so it says nothing where there are several planes.
    """
    in_scan = None if scan is None else abs(float(scan.grid.affine_lps_mm[:3, 2] @ normal))
    smallest_gap = float(np.diff(distances).min()) if len(distances) > 1 else None
    tried = [in_scan if planes.made_on_scan else None, planes.spacing_between_slices_mm, smallest_gap]
    tried += [planes.slice_thickness_mm, in_scan] if smallest_gap is None else []
    return [spacing for spacing in tried if spacing is not None and spacing > ROUNDING_MM]


def _even_levels(
    origins: NDArray[np.float64],
    normal: NDArray[np.float64],
    spacing_mm: float,
    level_of_frame: NDArray[np.int64],
    where: str,
) -> _Levels | None:
    """The levels with empty ones filled in, where all origins (levels, 3) lie on a grid of about `spacing_mm`."""
    if len(origins) == 1:
        steps = (normal * spacing_mm)[None]
        return _Levels(origins, steps, np.zeros(0, dtype=bool), True, level_of_frame)
    offsets = origins - origins[0]
    indices = np.rint(offsets @ normal / spacing_mm).astype(np.int64)
    if np.diff(indices).min() < 1:
        return None
    step = offsets[-1] / indices[-1]
    off_mm = np.linalg.norm(offsets - indices[:, None] * step, axis=1).max()
    changed = abs(float(step @ normal) / spacing_mm - 1)
    if off_mm > EVEN_TOLERANCE * spacing_mm + ROUNDING_MM or changed > EVEN_TOLERANCE:
        return None
    levels = int(indices[-1]) + 1
    if levels > LARGEST_SEGMENTATION_VOXELS // len(origins):
        raise NoduleError(f"{where}: frames lie {offsets[-1] @ normal:.0f} mm apart, {spacing_mm} mm each: too many.")
    filled = origins[0] + np.arange(levels)[:, None] * step
    filled[indices] = origins
    touches = np.ones(levels - 1, dtype=bool)
    return _Levels(filled, np.tile(step, (levels, 1)), touches, True, indices[level_of_frame])


def _uneven_levels(
    origins: NDArray[np.float64],
    normal: NDArray[np.float64],
    level_of_frame: NDArray[np.int64],
    where: str,
) -> _Levels:
    """Levels at the origins (levels, 3) as they are, each as deep as half the way to its neighbours."""
    if len(origins) == 1:
        raise NoduleError(f"{where} has one frame and no slice thickness: its depth is unknown. Give a point instead.")
    gaps = np.diff(origins @ normal)
    usual = float(np.median(gaps))
    touches = gaps <= NEIGHBOUR_GAPS * usual
    halves = np.where(touches, gaps, usual) / 2
    before, after = np.concatenate([halves[:1], halves]), np.concatenate([halves, halves[-1:]])
    return _Levels(origins, (before + after)[:, None] * normal, touches, False, level_of_frame)
