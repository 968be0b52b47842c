"""The voxels of one segment, wherever they lie: centroid, extent, volume and separate components."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from radiogene.ct.geometry import BORDER_TOLERANCE_VOXELS, HALF_VOXEL, VoxelGrid
from radiogene.ct.nodule.region import CUBIC_MM_PER_ML, Components, Region

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

    def contains(self, points_lps_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points (..., 3) in LPS mm lie in a set voxel, whose lower faces belong to it: bool (...)."""
        return _at(self.mask_kji, nearest_voxels(self.grid.to_index_ijk(points_lps_mm)))


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
        body = stack if stack.grid is None else NoduleMask(stack.grid, stack.mask_kji)
        return Region(mean, high - low, volume_mm3 / CUBIC_MM_PER_ML, body)

    def components(self) -> Components:
        """The 26-connected components by falling volume (equal ones in the order of their first voxel)."""
        if not self.mask_kji.any():
            return Components(0, ())
        return self._cut(_bounding_box(self.mask_kji))._parts()

    def contains(self, points_lps_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points (..., 3) in LPS mm lie in a set voxel of the plane whose depth they share: bool (...)."""
        in_plane = np.stack([self.column_step_mm, self.row_step_mm], axis=1)
        normal = np.cross(self.column_step_mm, self.row_step_mm)
        normal /= np.linalg.norm(normal)
        heights = self.plane_origins_lps_mm @ normal
        depths = points_lps_mm @ normal + BORDER_TOLERANCE_VOXELS
        plane = plane_of_depth(depths, heights, *self._reaches_mm(heights, normal))
        offsets = points_lps_mm - self.plane_origins_lps_mm[plane]
        columns_rows = nearest_voxels(offsets @ np.linalg.pinv(in_plane).T)
        return _at(self.mask_kji, np.concatenate([columns_rows, plane[..., None]], axis=-1))

    def _reaches_mm(
        self, heights_mm: NDArray[np.float64], normal: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How far (planes,) each plane reaches down and up: half-way to a neighbour, else the rest of its depth."""
        depths = np.abs(self.plane_steps_mm @ normal)
        halves = np.where(self.touches_next, np.diff(heights_mm) / 2, np.nan)
        down, up = np.concatenate([[np.nan], halves]), np.concatenate([halves, [np.nan]])
        alone = np.isnan(down) & np.isnan(up)
        down[alone] = up[alone] = depths[alone] / 2
        return np.where(np.isnan(down), depths - up, down), np.where(np.isnan(up), depths - down, up)

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


def nearest_voxels(index: NDArray[np.float64]) -> NDArray[np.int64]:
    """The voxels (...) whose half-open cells hold continuous indices (...); on a face, but for rounding, the upper."""
    return np.floor(index + HALF_VOXEL + BORDER_TOLERANCE_VOXELS).astype(np.int64)


def plane_of_depth(
    depths_mm: NDArray[np.float64],
    heights_mm: NDArray[np.float64],
    down_mm: NDArray[np.float64],
    up_mm: NDArray[np.float64],
) -> NDArray[np.int64]:
    """The nearest plane (...) of each depth (...), -1 where it lies beyond that plane's reach.

    Args:
        depths_mm: distances along the planes' normal.
        heights_mm: (planes,) growing distances of the planes.
        down_mm: (planes,) how far each reaches down.
        up_mm: (planes,) how far each reaches up.
    """
    plane = np.searchsorted((heights_mm[:-1] + heights_mm[1:]) / 2, depths_mm, side="right")
    beside = depths_mm - heights_mm[plane]
    return np.where((beside >= -down_mm[plane]) & (beside < up_mm[plane]), plane, -1)


def _at(mask_kji: NDArray[np.bool_], voxels_ijk: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The mask's values (...) at voxels (..., 3); False outside it."""
    inside = np.asarray(((voxels_ijk >= 0) & (voxels_ijk < mask_kji.shape[::-1])).all(axis=-1))
    i, j, k = np.moveaxis(np.where(inside[..., None], voxels_ijk, 0), -1, 0)
    return mask_kji[k, j, i] & inside


def _bounding_box(mask_kji: NDArray[np.bool_]) -> tuple[slice, slice, slice]:
    """The smallest box (planes, rows, columns) that holds every set voxel of a mask that has some."""
    slices = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        indices = np.flatnonzero(mask_kji.any(axis=others))
        slices.append(slice(int(indices[0]), int(indices[-1]) + 1))
    return slices[0], slices[1], slices[2]
