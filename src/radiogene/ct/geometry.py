"""Frames and units: the only place that turns voxel indices into patient coordinates and back.

Patient coordinates are LPS millimetres (x grows to the patient's left, y to the back, z to the head; DICOM PS3.3
C.7.6.2.1.1). A voxel index is 0-based (column, row, slice) and continuous; whole numbers are voxel centres.
RAS is LPS with the first two signs changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from radiogene.errors import GeometryError

HALF_VOXEL = 0.5
"""A continuous index within [-0.5, N - 0.5] on an axis lies inside the scan on that axis."""

BORDER_TOLERANCE_VOXELS = 1e-4
"""An index on the very border counts as inside whatever its last digits: decimal origins are not exact in binary, and
NIfTI holds its affine in single precision, so that a whole face of samples would be in or out by rounding."""

SMALLEST_SPACING_MM = 1e-3
LARGEST_SPACING_MM = 100.0
LARGEST_COORDINATE_MM = 1e5
"""Spacings and positions beyond these limits are errors of unit or of reading, not of scanners."""

RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


class Frame(StrEnum):
    """The frame in which a user gives a point."""

    LPS = "lps"
    RAS = "ras"
    VOXEL = "voxel"


@dataclass(frozen=True, eq=False)
class VoxelGrid:
    """Where the voxels of a volume lie in the patient.

    Attributes:
        affine_lps_mm: (4, 4) float64; takes the homogeneous index (column, row, slice, 1) to LPS mm. Columns may be
            sheared against each other (tilted gantry).
        shape_ijk: number of columns, rows, slices.
    """

    affine_lps_mm: NDArray[np.float64]
    shape_ijk: tuple[int, int, int]

    def __post_init__(self) -> None:
        affine = np.asarray(self.affine_lps_mm, dtype=np.float64)
        if affine.shape != (4, 4) or not np.isfinite(affine).all():
            raise GeometryError(f"The affine must be a finite 4 x 4 matrix; found {affine.tolist()}.")
        if np.abs(affine[:3, 3]).max() > LARGEST_COORDINATE_MM:
            raise GeometryError(f"The first voxel lies at {affine[:3, 3].tolist()} mm: that is no place in a patient.")
        object.__setattr__(self, "affine_lps_mm", affine)
        object.__setattr__(self, "shape_ijk", tuple(int(n) for n in self.shape_ijk))
        if len(self.shape_ijk) != 3 or min(self.shape_ijk) < 1:
            raise GeometryError(f"A volume needs three axes of at least one voxel; found {self.shape_ijk}.")
        spacing = self.spacing_mm
        if spacing.min() < SMALLEST_SPACING_MM or spacing.max() > LARGEST_SPACING_MM:
            raise GeometryError(
                f"Voxel spacing {np.round(spacing, 6).tolist()} mm is outside "
                f"{SMALLEST_SPACING_MM} to {LARGEST_SPACING_MM} mm."
            )
        if abs(np.linalg.det(affine[:3, :3] / spacing)) < 1e-3:
            raise GeometryError("Two axes of the volume are parallel: its affine cannot be inverted.")

    @property
    def spacing_mm(self) -> NDArray[np.float64]:
        """(3,) distance in mm between neighbouring voxels along (column, row, slice) index."""
        return np.linalg.norm(self.affine_lps_mm[:3, :3], axis=0)

    @property
    def directions_lps(self) -> NDArray[np.float64]:
        """(3, 3) unit vectors in LPS, one per column, along growing (column, row, slice) index."""
        return self.affine_lps_mm[:3, :3] / self.spacing_mm

    @property
    def is_right_handed(self) -> bool:
        """True where slices are counted along row direction x column direction."""
        return bool(np.linalg.det(self.affine_lps_mm[:3, :3]) > 0)

    def to_lps_mm(self, index_ijk: ArrayLike) -> NDArray[np.float64]:
        """Points (..., 3) in LPS mm of continuous voxel indices (..., 3)."""
        index = np.asarray(index_ijk, dtype=np.float64)
        return index @ self.affine_lps_mm[:3, :3].T + self.affine_lps_mm[:3, 3]

    def to_index_ijk(self, points_lps_mm: ArrayLike) -> NDArray[np.float64]:
        """Continuous voxel indices (..., 3) of points (..., 3) in LPS mm."""
        points = np.asarray(points_lps_mm, dtype=np.float64)
        return (points - self.affine_lps_mm[:3, 3]) @ np.linalg.inv(self.affine_lps_mm[:3, :3]).T

    def contains_index(self, index_ijk: ArrayLike) -> NDArray[np.bool_]:
        """Which continuous indices (..., 3) lie inside: within [-0.5, N - 0.5] on every axis, but for rounding."""
        index = np.asarray(index_ijk, dtype=np.float64)
        beyond = HALF_VOXEL + BORDER_TOLERANCE_VOXELS
        return np.asarray(((index >= -beyond) & (index <= np.asarray(self.shape_ijk) - 1 + beyond)).all(axis=-1))

    def axes_contain(self, index_by_axis: Sequence[NDArray[np.float64]]) -> tuple[NDArray[np.bool_], ...]:
        """Per axis, which continuous indices along it lie inside, as `contains_index` has it.

        Args:
            index_by_axis: three arrays, along (column, row, slice).
        """
        beyond = HALF_VOXEL + BORDER_TOLERANCE_VOXELS
        return tuple(
            (index >= -beyond) & (index <= count - 1 + beyond)
            for index, count in zip(index_by_axis, self.shape_ijk, strict=True)
        )

    def cropped(self, start_ijk: ArrayLike, stop_ijk: ArrayLike) -> "VoxelGrid":
        """The grid of the voxels from index `start_ijk` up to, not including, `stop_ijk`."""
        start = np.asarray(start_ijk, dtype=int)
        affine = self.affine_lps_mm.copy()
        affine[:3, 3] = self.to_lps_mm(start)
        columns, rows, slices = (np.asarray(stop_ijk, dtype=int) - start).tolist()
        return VoxelGrid(affine, (columns, rows, slices))

    def with_slices_reversed(self) -> "VoxelGrid":
        """The same voxels with the slice index counted from the other end."""
        affine = self.affine_lps_mm.copy()
        affine[:3, 3] = self.to_lps_mm([0, 0, self.shape_ijk[2] - 1])
        affine[:3, 2] *= -1
        return VoxelGrid(affine, self.shape_ijk)


def point_to_lps_mm(point: ArrayLike, frame: Frame, grid: VoxelGrid) -> NDArray[np.float64]:
    """The point (3,) in LPS mm.

    Args:
        point: (3,) in mm for `lps` and `ras`, 0-based (column, row, slice) for `voxel`.
        frame: the frame of `point`.
        grid: the scan's grid, which `voxel` refers to.

    Raises:
        GeometryError: the point does not have three finite numbers.
    """
    coordinates = np.asarray(point, dtype=np.float64)
    if coordinates.shape != (3,) or not np.isfinite(coordinates).all():
        raise GeometryError(f"A point needs three finite numbers; found {coordinates.tolist()}.")
    if frame is Frame.VOXEL:
        return grid.to_lps_mm(coordinates)
    if frame is Frame.RAS:
        return coordinates * np.array([-1.0, -1.0, 1.0])
    return coordinates
