"""Cubic B-spline resampling of the nodule's neighbourhood onto the 1 mm grid of the cube."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.scan import AIR_HU, Scan

CUBE_SAMPLES = 64
"""Samples per axis of the cube (paper, "Obtaining 9 2D nodule slices")."""

SAMPLE_MM = 1.0
"""Distance of two samples (paper: 1.0 x 1.0 x 1.0 mm)."""

CUBE_MM = CUBE_SAMPLES * SAMPLE_MM

SPLINE_ORDER = 3

HIGHEST_AIR_HU = -300.0
"""Lung lies below it; soft-tissue windows end above it."""

PREFILTER_MARGIN_VOXELS = 12
"""The cubic B-spline prefilter decays by 0.27 a voxel, so that 12 voxels leave 2e-7 of a step at the crop's edge."""


@dataclass(frozen=True, eq=False)
class ResampledCube:
    """The cube around a nodule.

    Attributes:
        cube_zyx: (64, 64, 64) float32 HU, not rounded; axes grow to head, back and left.
        inside_zyx: (64, 64, 64) bool, which samples lie inside the scan; the others are -1024 HU.
        air_share: share of the whole slices that were read that lies above -1024 HU, which is padding, and up to
            -300 HU: lung and air.
    """

    cube_zyx: NDArray[np.float32]
    inside_zyx: NDArray[np.bool_]
    air_share: float

    @property
    def share_outside(self) -> float:
        """Share of the cube's samples that lie outside the scan, 0 to 1."""
        return float(1.0 - self.inside_zyx.mean())


def sample_offsets_mm() -> NDArray[np.float64]:
    """(64,) offsets in mm from the centre along one axis: sample i lies at i - 31.5."""
    return np.asarray((np.arange(CUBE_SAMPLES) - (CUBE_SAMPLES - 1) / 2) * SAMPLE_MM, dtype=np.float64)


def sample_points_lps_mm(centre_lps_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """(64, 64, 64, 3) LPS mm of the cube's samples; axes (z, y, x), last axis (x, y, z).

    Args:
        centre_lps_mm: (3,) centre of the cube.
    """
    offsets = sample_offsets_mm()
    z, y, x = np.meshgrid(offsets, offsets, offsets, indexing="ij")
    return np.stack([x, y, z], axis=-1) + centre_lps_mm


def neighbourhood(index_ijk: NDArray[np.float64], grid: VoxelGrid) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """First and one-past-last voxel index (3,) of the part of the scan that the samples depend on.

    Args:
        index_ijk: (..., 3) continuous indices of the samples.
        grid: the scan's grid.
    """
    flat = index_ijk.reshape(-1, 3)
    shape = np.asarray(grid.shape_ijk)
    first = np.floor(flat.min(axis=0)).astype(int) - PREFILTER_MARGIN_VOXELS
    stop = np.ceil(flat.max(axis=0)).astype(int) + PREFILTER_MARGIN_VOXELS + 1
    first = np.clip(first, 0, shape - 1)
    return first, np.clip(stop, first + 1, shape)


def resample_cube(scan: Scan, centre_lps_mm: NDArray[np.float64]) -> ResampledCube:
    """The 64 mm cube around a point, by cubic B-spline interpolation in the scan's own index space.

    Only the neighbourhood is read; at every inside sample the result equals resampling of the whole scan with mirror
    boundary to far below 0.5 HU.

    Args:
        scan: the scan, evenly spaced along its slice axis.
        centre_lps_mm: (3,) centre in LPS mm.

    Raises:
        SeriesError: a slice of the neighbourhood cannot be decoded.

    Source: `docs/explanation/departures.md`; paper, section "Obtaining 9 2D nodule slices and extracting ROIs".
    """
    index_ijk = scan.grid.to_index_ijk(sample_points_lps_mm(centre_lps_mm))
    inside = scan.grid.contains_index(index_ijk)
    first, stop = neighbourhood(index_ijk, scan.grid)
    slab = scan.read_slices(int(first[2]), int(stop[2]))
    air_share = float(((slab > AIR_HU) & (slab <= HIGHEST_AIR_HU)).mean())
    crop_kji = slab[:, first[1] : stop[1], first[0] : stop[0]]
    coefficients = ndimage.spline_filter(crop_kji.astype(np.float64), order=SPLINE_ORDER, mode="mirror")
    coordinates_kji = np.moveaxis((index_ijk - first)[..., ::-1], -1, 0)
    cube = ndimage.map_coordinates(coefficients, coordinates_kji, order=SPLINE_ORDER, mode="mirror", prefilter=False)
    cube[~inside] = AIR_HU
    return ResampledCube(cube.astype(np.float32), inside, air_share)
