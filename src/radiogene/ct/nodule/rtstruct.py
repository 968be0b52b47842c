"""The regions of a DICOM RT Structure Set as segments that can be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from radiogene.ct.nodule.choice import Segment
from radiogene.ct.nodule.contour_planes import ContourPlanes, plane_reaches_mm
from radiogene.ct.nodule.contours import PlaneFigure, plane_figure, plane_groups, touching_groups
from radiogene.ct.nodule.reference import text_of
from radiogene.ct.nodule.region import CUBIC_MM_PER_ML, Components, Region
from radiogene.ct.scan import Scan
from radiogene.errors import NoduleError
from radiogene.storage.plain_words import counted

CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
"""Contour Geometric Types (3006,0042) that enclose an area (DICOM PS3.3 C.8.8.6.1 and C.8.8.6.3)."""

FLAT_MM = 0.2
"""A contour's points lie within this of its plane."""

PARALLEL = 1e-3
"""Normals of contours agree to this."""

MOST_ON_ONE_PLANE = 200
"""Each is compared with each; a whole lung with all its vessels as holes has fewer."""

MOST_LEFT_OUT = 0.5
UNEVEN_SHARE = 0.05
"""Planes are a step or several whole steps apart, with fewer than this share of planes left out, or else uneven."""

PLANES_LEFT_OUT = 1
"""Contours that overlap are one body also where a reader skipped one slice between them."""

SMALLEST_AREA_MM2 = 1e-3


@dataclass(frozen=True, eq=False)
class RoiContours:
    """The contours of one region of interest.

    Attributes:
        closed_mm: (n, 3) float64 corners in LPS mm of each contour that encloses an area.
        points_mm: (3,) float64 of each single point.
        other_types: geometric types that mark neither an area nor a point.
        slice_mm: depth of a contour where no two planes say it.
        by_xor: True where the file says that its contours combine by XOR, also where they cross.
        where: the file and region, for messages.
    """

    closed_mm: tuple[NDArray[np.float64], ...]
    points_mm: tuple[NDArray[np.float64], ...]
    other_types: tuple[str, ...]
    slice_mm: float
    by_xor: bool
    where: str

    def whole(self) -> Region | None:
        """The whole region; None where it is empty."""
        if self.closed_mm:
            return self._body(range(len(self.closed_mm)))
        if self.points_mm:
            return Region(np.mean(self.points_mm, axis=0))
        if self.other_types:
            raise NoduleError(
                f"{self.where} holds contours of type {', '.join(self.other_types)}: {CLOSED[0]} or POINT was expected."
            )
        return None

    def components(self) -> Components:
        """Separate bodies by falling volume; single points in the order of the file."""
        if not self.closed_mm:
            regions = [Region(point) for point in self.points_mm]
            return Components(len(regions), tuple(regions))
        contours = list(zip(self._heights_mm, self._polygons_uv, strict=True))
        bodies = [self._body(group) for group in touching_groups(contours, self._reach_mm)]
        filled = sorted((body for body in bodies if body is not None), key=lambda body: -(body.volume_ml or 0.0))
        return Components(len(filled), tuple(filled))

    @cached_property
    def _axes(self) -> NDArray[np.float64]:
        """(3, 3): two axes in the plane of the contours and their normal, as rows.

        Raises:
            NoduleError: the contours are not parallel.
        """
        normals = np.array([_area_vector_mm2(corners) for corners in self.closed_mm])
        sizes = np.linalg.norm(normals, axis=1)
        largest = int(sizes.argmax())
        if sizes[largest] < SMALLEST_AREA_MM2:
            normal = np.array([0.0, 0.0, 1.0])
        else:
            normal = normals[largest] / sizes[largest]
            # Slivers have no reliable normal; they must still lie in a plane, which is checked by height.
            clear = sizes > 1.0
            if (np.abs(normals[clear] @ normal) < (1 - PARALLEL) * sizes[clear]).any():
                raise NoduleError(
                    f"{self.where} holds contours on planes that are not parallel: parallel ones were expected."
                )
        helper = np.eye(3)[int(np.abs(normal).argmin())]
        first = np.cross(helper, normal) / np.linalg.norm(np.cross(helper, normal))
        return np.stack([first, np.cross(normal, first), normal])

    @cached_property
    def _heights_mm(self) -> list[float]:
        """The distance of each contour along the normal."""
        heights = []
        for corners in self.closed_mm:
            along = corners @ self._axes[2]
            if np.ptp(along) > 2 * FLAT_MM:
                raise NoduleError(f"{self.where} holds a contour that is not flat: it rises by {np.ptp(along):.2f} mm.")
            heights.append(float(along.mean()))
        crowded = max(map(len, plane_groups(heights)))
        if crowded > MOST_ON_ONE_PLANE:
            raise NoduleError(
                f"{self.where} holds {crowded} contours on one plane; expected at most {MOST_ON_ONE_PLANE}, as no "
                "nodule has so many parts. Save the region again."
            )
        return heights

    @cached_property
    def _polygons_uv(self) -> list[NDArray[np.float64]]:
        """Each contour (n, 2) in its plane."""
        return [corners @ self._axes[:2].T for corners in self.closed_mm]

    @cached_property
    def _depth_mm(self) -> float:
        """The usual distance between neighbouring planes: the smallest where they are even, else the median."""
        planes = plane_groups(self._heights_mm)
        gaps = np.diff([self._heights_mm[group[0]] for group in planes])
        if not gaps.size:
            return self.slice_mm
        is_multiple = np.abs(gaps / gaps.min() - np.rint(gaps / gaps.min())) <= UNEVEN_SHARE
        left_out = np.rint(gaps / gaps.min()) - 1
        one_by_one = is_multiple.all() and left_out.mean() <= MOST_LEFT_OUT
        return float(gaps.min() if one_by_one else np.median(gaps))

    @property
    def _reach_mm(self) -> float:
        """Contours on planes further apart than this are not of one body."""
        return (PLANES_LEFT_OUT + 1.01) * self._depth_mm

    def _body(self, indices: Sequence[int]) -> Region | None:
        """The region of some of the contours; None where they enclose nothing."""
        heights = [self._heights_mm[index] for index in indices]
        planes = plane_groups(heights)
        figures = tuple(self._figure([self._polygons_uv[indices[member]] for member in plane]) for plane in planes)
        levels = np.array([heights[plane[0]] for plane in planes])
        down, up = plane_reaches_mm(levels, self._depth_mm, self._reach_mm)
        body = ContourPlanes(self._axes, levels, figures, down, up)
        volume_mm3, first = body.volume_and_first_moment()
        if volume_mm3 < SMALLEST_AREA_MM2 * float((down + up).min()):
            return None
        corners = np.concatenate([self.closed_mm[index] for index in indices])
        extent = np.ptp(corners, axis=0) + float(down[0] + up[-1]) * np.abs(self._axes[2])
        centre = first / volume_mm3 @ self._axes
        return Region(centre, extent, volume_mm3 / CUBIC_MM_PER_ML, body, _notes(figures, down + up))

    def _figure(self, polygons_uv: list[NDArray[np.float64]]) -> PlaneFigure:
        """What the contours (n, 2) of one plane enclose."""
        return PlaneFigure(tuple((polygon,) for polygon in polygons_uv)) if self.by_xor else plane_figure(polygons_uv)


def _notes(figures: Sequence[PlaneFigure], depths_mm: NDArray[np.float64]) -> tuple[str, ...]:
    """What was decided in putting a region together from its planes."""
    notes = []
    if repeated := sum(figure.repeated for figure in figures):
        notes.append(f"{counted(repeated, 'contour')} left out that repeat another of the same plane")
    if crossing := sum(figure.crossing for figure in figures):
        notes.append(f"contours that cross were joined on {counted(crossing, 'plane')}")
    if np.ptp(depths_mm) > 0:
        notes.append(
            f"planes of contours are unevenly spaced: each is as deep as half the way to its neighbours, "
            f"{depths_mm.min():.3g} to {depths_mm.max():.3g} mm"
        )
    return tuple(notes)


def frames_of_rois(dataset: Dataset) -> dict[int, frozenset[str]]:
    """The Frame of Reference UIDs of each region; none where the file names none.

    A region without one of its own has those of the whole structure set.
    """
    items = dataset.get("ReferencedFrameOfReferenceSequence") or []
    general = {text_of(item, "FrameOfReferenceUID") for item in items} or {text_of(dataset, "FrameOfReferenceUID")}
    frames = {}
    for position, roi in enumerate(dataset.get("StructureSetROISequence") or [], start=1):
        own = text_of(roi, "ReferencedFrameOfReferenceUID")
        frames[_roi_number(roi, position)] = frozenset(uid for uid in ({own} if own else general) if uid)
    return frames


def read_structures(dataset: Dataset, scan: Scan, where: str) -> tuple[Segment, ...]:
    """The regions of a structure set as segments.

    The centroid is the mean over all planes, weighted by area and depth; a plane is as deep as half the way to its
    neighbours. On one plane a contour inside another is a hole, a repeated one counts once, and crossing ones are
    joined (by XOR where the file says CLOSEDPLANAR_XOR). A body is a set of contours that overlap on neighbouring
    planes.

    Args:
        dataset: the structure set.
        scan: the scan, whose slice spacing is the depth of a region with a single plane.
        where: the file, for messages.

    Raises:
        NoduleError: there is no region, or contour data cannot be read.

    Source: DICOM PS3.3 C.8.8.5 and C.8.8.6.
    """
    names: dict[int, str] = {}
    for position, roi in enumerate(dataset.get("StructureSetROISequence") or [], start=1):
        number = _roi_number(roi, position)
        if number in names:
            raise NoduleError(f"{where} declares region {number} twice. Write the structure set again.")
        names[number] = str(roi.get("ROIName") or "").strip()
    contours: dict[int, list[Dataset]] = {}
    for item in dataset.get("ROIContourSequence") or []:
        contours.setdefault(int(item.get("ReferencedROINumber") or 0), []).extend(item.get("ContourSequence") or [])
    if not names:
        raise NoduleError(f"{where} is an RT Structure Set without regions (3006,0020): it marks no nodule.")
    slice_mm = float(scan.grid.spacing_mm[2])
    return tuple(
        _segment(number, name, contours.get(number, []), slice_mm, where) for number, name in sorted(names.items())
    )


def _segment(number: int, name: str, items: Sequence[Dataset], slice_mm: float, where: str) -> Segment:
    """One region, whose contours are read when asked for."""
    read: list[RoiContours] = []

    def roi() -> RoiContours:
        if not read:
            read.append(_contours(items, slice_mm, f"Region {number} of {where}"))
        return read[0]

    return Segment(number, name, lambda: roi().whole(), lambda: roi().components())


def _contours(items: Sequence[Dataset], slice_mm: float, where: str) -> RoiContours:
    """The contours of one region by type."""
    closed: list[NDArray[np.float64]] = []
    points: list[NDArray[np.float64]] = []
    others: list[str] = []
    by_xor = False
    for index, item in enumerate(items, start=1):
        kind = str(item.get("ContourGeometricType") or "").strip().upper()
        corners = _corners_mm(item, f"{where}, contour {index}")
        if kind in CLOSED:
            by_xor |= kind == CLOSED[1]
            if len(corners) >= 3:
                closed.append(corners)
        elif kind == "POINT":
            points.extend(corners)
        else:
            others.append(kind or "unknown")
    return RoiContours(tuple(closed), tuple(points), tuple(dict.fromkeys(others)), slice_mm, by_xor, where)


def _corners_mm(contour: Dataset, where: str) -> NDArray[np.float64]:
    """(n, 3) float64 corners in LPS mm of a contour."""
    value = contour.get("ContourData")
    try:
        # More than 64 KB do not fit the length of a DS, and are written as UN in explicit VR (PS3.5 6.2.2).
        if isinstance(value, bytes):
            value = [part for part in value.decode("ascii").strip(" \0").split("\\") if part.strip()]
        numbers = np.atleast_1d(np.asarray([] if value is None else value, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise NoduleError(f"{where}: Contour Data (3006,0050) holds something else than numbers.") from error
    if numbers.size % 3 or not np.isfinite(numbers).all():
        raise NoduleError(f"{where}: Contour Data (3006,0050) holds {numbers.size} numbers: triples were expected.")
    return numbers.reshape(-1, 3)


def _area_vector_mm2(corners_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3,) area of a contour (n, 3) along its normal."""
    centred = corners_mm - corners_mm.mean(axis=0)
    return 0.5 * np.cross(centred, np.roll(centred, -1, axis=0)).sum(axis=0)


def _roi_number(roi: Dataset, position: int) -> int:
    """The number of a region, or its place in the list where it has none."""
    value = roi.get("ROINumber")
    return position if value is None or value == "" else int(value)
