"""The sampling points of a synthetic scan, in the chest's own frame and in the patient's."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from radiogene.ct.geometry import VoxelGrid
from radiogene.phantom.scanner import Acquisition

Box = tuple[slice, slice, slice]
"""A part of a volume: slices, rows, columns."""


@dataclass(frozen=True, eq=False)
class ScanGrid:
    """Where the voxels of a synthetic scan lie.

    The chest's frame has its axes along LPS and its origin in the middle of the chest; the patient's frame is it moved
    by the acquisition's offset.

    Attributes:
        grid: voxels in the patient, slices counted to the head (so left-handed where rows are flipped).
        offset_lps_mm: (3,) from the chest's frame to the patient's.
    """

    grid: VoxelGrid
    offset_lps_mm: NDArray[np.float64]

    @property
    def shape_zyx(self) -> tuple[int, int, int]:
        """Slices, rows, columns."""
        columns, rows, slices = self.grid.shape_ijk
        return slices, rows, columns

    @cached_property
    def x_mm(self) -> NDArray[np.float32]:
        """(1, 1, columns) in the chest's frame."""
        affine = self.grid.affine_lps_mm
        x = affine[0, 3] + affine[0, 0] * np.arange(self.shape_zyx[2]) - self.offset_lps_mm[0]
        return x.astype(np.float32)[None, None, :]

    @cached_property
    def y_mm(self) -> NDArray[np.float32]:
        """(1, rows, 1) in the chest's frame."""
        affine = self.grid.affine_lps_mm
        y = affine[1, 3] + affine[1, 1] * np.arange(self.shape_zyx[1]) - self.offset_lps_mm[1]
        return y.astype(np.float32)[None, :, None]

    @cached_property
    def z_mm(self) -> NDArray[np.float32]:
        """(slices, rows, 1) in the chest's frame; rows differ only under a tilted gantry."""
        affine = self.grid.affine_lps_mm
        slices, rows, _ = self.shape_zyx
        z = affine[2, 3] + affine[2, 2] * np.arange(slices)[:, None] + affine[2, 1] * np.arange(rows)[None, :]
        return (z - self.offset_lps_mm[2]).astype(np.float32)[:, :, None]

    @property
    def voxel_mm(self) -> float:
        """The in-plane voxel size, over which edges are smeared."""
        return float(self.grid.spacing_mm[0])

    def box(self, centre_mm: ArrayLike, reach_mm: ArrayLike) -> Box:
        """The part of the volume within `reach_mm` (3,) of a point (3,) in the chest's frame, along each axis."""
        (x, y, z), (rx, ry, rz) = np.asarray(centre_mm), np.broadcast_to(np.asarray(reach_mm), 3)
        columns = np.flatnonzero(np.abs(self.x_mm[0, 0] - x) <= rx)
        rows = np.flatnonzero(np.abs(self.y_mm[0, :, 0] - y) <= ry)
        if not rows.size or not columns.size:
            return slice(0, 0), slice(0, 0), slice(0, 0)
        near = np.abs(self.z_mm[:, rows, 0] - z) <= rz
        slices = np.flatnonzero(near.any(axis=1))
        if not slices.size:
            return slice(0, 0), slice(0, 0), slice(0, 0)
        return _span(slices), _span(rows), _span(columns)

    def coordinates_mm(self, box: Box) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Coordinates x (1, 1, i), y (1, j, 1), z (k, j, 1) of a box in the chest's frame; they broadcast to voxels."""
        slices, rows, columns = box
        return self.x_mm[:, :, columns], self.y_mm[:, rows], self.z_mm[slices, rows]


def scan_grid(acquisition: Acquisition, nodule_centre_mm: ArrayLike) -> ScanGrid:
    """The grid of an acquisition that has the nodule at the wanted height.

    Args:
        acquisition: sampling, tilt, direction and place of the patient on the table.
        nodule_centre_mm: (3,) in the chest's frame.
    """
    matrix, pixel_mm, slice_mm = acquisition.scanner.matrix, acquisition.pixel_mm, acquisition.slice_mm
    tilt = np.deg2rad(acquisition.tilt_deg)
    row_direction = np.array([-1.0 if acquisition.flipped else 1.0, 0.0, 0.0])
    # Rounded as DICOM will hold them, so that the image is computed at the very points that are written.
    column_direction = np.round([0.0, np.cos(tilt), np.sin(tilt)], 10)
    offset = np.asarray(acquisition.offset_lps_mm)
    nodule = np.asarray(nodule_centre_mm, dtype=np.float64)
    corner = -(row_direction + column_direction) * pixel_mm * (matrix - 1) / 2
    rows_to_nodule = (nodule[1] - corner[1]) / column_direction[1]
    length_mm = slice_mm * (acquisition.slice_count - 1)
    corner[2] = nodule[2] - column_direction[2] * rows_to_nodule - acquisition.share_below * length_mm
    affine = np.eye(4)
    affine[:3, 0] = row_direction * pixel_mm
    affine[:3, 1] = column_direction * pixel_mm
    affine[:3, 2] = [0.0, 0.0, slice_mm]
    affine[:3, 3] = np.round(corner + offset, 3)
    return ScanGrid(VoxelGrid(affine, (matrix, matrix, acquisition.slice_count)), offset)


def _span(indices: NDArray[np.intp]) -> slice:
    """The slice from the first to the last index."""
    return slice(int(indices[0]), int(indices[-1]) + 1)
