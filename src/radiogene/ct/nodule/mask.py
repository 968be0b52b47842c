"""The voxels of one segment, wherever they lie: centroid, extent, volume and separate components."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from radiogene.ct.geometry import VoxelGrid

CUBIC_MM_PER_ML = 1000.0

NEIGHBOURS_26 = np.ones((3, 3, 3), dtype=bool)
"""Voxels that share a face, an edge or a corner belong to one component (`method.md` section 1)."""

MOST_COMPONENTS_BUILT = 100
"""Only so many components, the largest, can be listed or chosen; a mask with more is noise, not nodules."""


@dataclass(frozen=True, eq=False)
class NoduleMask:
    """A segment as a boolean volume, cut to its bounding box.

    Attributes:
        grid: where the voxels of the cut-out lie.
        mask_kji: bool (slices, rows, columns) of the cut-out.
    """

    grid: VoxelGrid
    mask_kji: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Region:
    """A place in the patient that a segment, a component of one or a contoured point marks.

    Attributes:
        centre_lps_mm: (3,) float64, mean of the voxel centres or area-weighted mean of the contours.
        extent_mm: (3,) float64, size of the bounding box along L, P, H with whole voxels; None for a point.
        volume_ml: volume; None for a point.
        mask: the voxels, where they lie on an even grid.
    """

    centre_lps_mm: NDArray[np.float64]
    extent_mm: NDArray[np.float64] | None = None
    volume_ml: float | None = None
    mask: NoduleMask | None = None


@dataclass(frozen=True, eq=False)
class Components:
    """The separate parts of a segment.

    Attributes:
        total: how many there are.
        largest: the first of them by falling volume.
    """

    total: int
    largest: tuple[Region, ...]


@dataclass(frozen=True, eq=False)
class PlaneStack:
    """Set voxels on parallel planes, which need not be evenly spaced.

    Attributes:
        mask_kji: bool (planes, rows, columns).
        plane_origins_lps_mm: (planes, 3) float64, centre of voxel (0, 0) of each plane.
        column_step_mm: (3,) float64 from a voxel to the next of its row.
        row_step_mm: (3,) float64 from a voxel to the next of its column.
        plane_steps_mm: (planes, 3) float64, depth of the voxels of each plane.
        touches_next: bool (planes - 1,), whether a plane and the next one are neighbours.
        grid: the grid of the whole stack where its planes are even.
    """

    mask_kji: NDArray[np.bool_]
    plane_origins_lps_mm: NDArray[np.float64]
    column_step_mm: NDArray[np.float64]
    row_step_mm: NDArray[np.float64]
    plane_steps_mm: NDArray[np.float64]
    touches_next: NDArray[np.bool_]
    grid: VoxelGrid | None

    @classmethod
    def on_grid(cls, mask_kji: NDArray[np.bool_], grid: VoxelGrid) -> "PlaneStack":
        """The stack of a mask (slices, rows, columns) on an even grid."""
        planes = mask_kji.shape[0]
        columns_mm, rows_mm, slices_mm = grid.affine_lps_mm[:3, :3].T
        indices = np.stack([np.zeros(planes), np.zeros(planes), np.arange(planes)], axis=-1)
        return cls(
            mask_kji=mask_kji,
            plane_origins_lps_mm=grid.to_lps_mm(indices),
            column_step_mm=columns_mm,
            row_step_mm=rows_mm,
            plane_steps_mm=np.tile(slices_mm, (planes, 1)),
            touches_next=np.ones(planes - 1, dtype=bool),
            grid=grid,
        )

    def whole(self) -> Region | None:
        """All set voxels as one region; None where there are none."""
        if not self.mask_kji.any():
            return None
        stack = self._cut(_bounding_box(self.mask_kji))
        low, high, mean = stack._summary_mm()
        volume_mm3 = float(stack.mask_kji.sum(axis=(1, 2)) @ stack._voxel_volumes_mm3())
        mask = None if stack.grid is None else NoduleMask(stack.grid, stack.mask_kji)
        return Region(mean, high - low, volume_mm3 / CUBIC_MM_PER_ML, mask)

    def components(self) -> Components:
        """The 26-connected components by falling volume (equal ones in the order of their first voxel)."""
        if not self.mask_kji.any():
            return Components(0, ())
        return self._cut(_bounding_box(self.mask_kji))._parts()

    def _parts(self) -> Components:
        """The components of a stack with set voxels."""
        labels_kji, total = self._labelled()
        volumes = np.zeros(total + 1)
        for labels_ji, voxel_mm3 in zip(labels_kji, self._voxel_volumes_mm3(), strict=True):
            volumes += voxel_mm3 * np.bincount(labels_ji.ravel(), minlength=total + 1)
        boxes = ndimage.find_objects(labels_kji)
        order = np.argsort(-volumes[1:], kind="stable")[:MOST_COMPONENTS_BUILT]
        regions = [self._component(labels_kji, int(index) + 1, boxes[index]) for index in order]
        return Components(total, tuple(region for region in regions if region is not None))

    def _component(self, labels_kji: NDArray[np.int32], label: int, box: tuple[slice, ...]) -> Region | None:
        """The region of one label; `box` is its bounding box (planes, rows, columns)."""
        return replace(self._cut(box), mask_kji=labels_kji[box] == label).whole()

    def _labelled(self) -> tuple[NDArray[np.int32], int]:
        """Component labels (planes, rows, columns) and their number."""
        apart = np.flatnonzero(~self.touches_next) + 1
        # An empty plane between two that do not touch keeps their voxels apart.
        spread = np.insert(self.mask_kji, apart, False, axis=0) if apart.size else self.mask_kji
        labels = np.zeros(spread.shape, dtype=np.int32)
        total = ndimage.label(spread, structure=NEIGHBOURS_26, output=labels)
        return np.delete(labels, apart + np.arange(apart.size), axis=0), int(total)

    def _voxel_volumes_mm3(self) -> NDArray[np.float64]:
        """(planes,) volume of a voxel of each plane."""
        normal_area = np.cross(self.column_step_mm, self.row_step_mm)
        return np.abs(self.plane_steps_mm @ normal_area)

    def _cut(self, box: tuple[slice, ...]) -> "PlaneStack":
        """The part of the stack within `box` (planes, rows, columns)."""
        planes, rows, columns = box
        shift = rows.start * self.row_step_mm + columns.start * self.column_step_mm
        grid = self.grid
        if grid is not None:
            starts = (columns.start, rows.start, planes.start)
            grid = grid.cropped(starts, (columns.stop, rows.stop, planes.stop))
        return PlaneStack(
            mask_kji=self.mask_kji[box],
            plane_origins_lps_mm=self.plane_origins_lps_mm[planes] + shift,
            column_step_mm=self.column_step_mm,
            row_step_mm=self.row_step_mm,
            plane_steps_mm=self.plane_steps_mm[planes],
            touches_next=self.touches_next[planes.start : planes.stop - 1],
            grid=grid,
        )

    def _summary_mm(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper corner (3,) of the bounding box of whole voxels, and the mean (3,) of voxel centres."""
        low, high, total, count = np.full(3, np.inf), np.full(3, -np.inf), np.zeros(3), 0
        half_in_plane = 0.5 * (np.abs(self.column_step_mm) + np.abs(self.row_step_mm))
        for step_mm, centres in self._plane_centres():
            half = half_in_plane + 0.5 * np.abs(step_mm)
            low = np.minimum(low, centres.min(axis=0) - half)
            high = np.maximum(high, centres.max(axis=0) + half)
            total += centres.sum(axis=0)
            count += len(centres)
        return low, high, total / count

    def _plane_centres(self) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Depth (3,) and voxel centres (n, 3) in LPS mm of each plane that has any."""
        for plane_ji, origin, step_mm in zip(
            self.mask_kji, self.plane_origins_lps_mm, self.plane_steps_mm, strict=True
        ):
            rows, columns = np.nonzero(plane_ji)
            if rows.size:
                in_plane = columns[:, None] * self.column_step_mm + rows[:, None] * self.row_step_mm
                yield step_mm, origin + in_plane


def _bounding_box(mask_kji: NDArray[np.bool_]) -> tuple[slice, slice, slice]:
    """The smallest box (planes, rows, columns) that holds every set voxel of a mask that has some."""
    slices = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        indices = np.flatnonzero(mask_kji.any(axis=others))
        slices.append(slice(int(indices[0]), int(indices[-1]) + 1))
    return slices[0], slices[1], slices[2]
