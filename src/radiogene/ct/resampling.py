"""Cubic B-spline resampling of the nodule's neighbourhood onto the 1 mm grid of the cube."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from radiogene.ct.geometry import HALF_VOXEL, VoxelGrid
from radiogene.ct.parallel_axes import SPLINE_ORDER, AxisSamples, interpolated_on_axes, parallel_axes
from radiogene.ct.plausible_hu import reason_not_finite
from radiogene.ct.scan import AIR_HU, Scan, Window, cleaned_hu
from radiogene.errors import SeriesError

CUBE_SAMPLES = 64
"""Samples per axis of the cube (paper, "Obtaining 9 2D nodule slices")."""

SAMPLE_MM = 1.0
"""Distance of two samples (paper: 1.0 x 1.0 x 1.0 mm)."""

CUBE_MM = CUBE_SAMPLES * SAMPLE_MM

PROBE_PIXELS = 64
"""Per side of a slice: so many pixels, evenly thinned, tell what the whole slice shows."""

PREFILTER_MARGIN_VOXELS = 12
"""The cubic B-spline prefilter decays by 0.27 a voxel, so that 12 voxels leave 2e-7 of a step at the crop's edge."""


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """What was read around a nodule, by which pixels and places are judged.

    Attributes:
        crop_kji: (slices, rows, columns) float32 HU, what the cube is interpolated from; -1024 and above.
        probe_kji: (slices, rows, columns) float32 HU of the same slices, whole but thinned evenly; also what lies
            below -1024, as far as the scan's reader has it.
        first_ijk: (3,) voxel that the crop begins at; the probe begins at the slice of it and row and column 0.
        probe_step_ij: columns and rows from one pixel of the probe to the next.
    """

    crop_kji: NDArray[np.float32]
    probe_kji: NDArray[np.float32]
    first_ijk: NDArray[np.int_]
    probe_step_ij: tuple[int, int]


@dataclass(frozen=True, eq=False)
class ResampledCube:
    """The cube around a nodule.

    Attributes:
        cube_zyx: (64, 64, 64) float32 HU, not rounded; axes grow to head, back and left.
        inside_zyx: (64, 64, 64) bool, which samples lie inside the scan; the others are -1024 HU.
        read: what it was made from.
    """

    cube_zyx: NDArray[np.float32]
    inside_zyx: NDArray[np.bool_]
    read: Neighbourhood

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


def neighbourhood(
    index_ijk: NDArray[np.float64], grid: VoxelGrid, margin_voxels: int = PREFILTER_MARGIN_VOXELS
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """First and one-past-last voxel index (3,) of the part of the scan that the samples depend on.

    Args:
        index_ijk: (..., 3) continuous indices of the samples.
        grid: the scan's grid.
        margin_voxels: beyond the samples.
    """
    flat = index_ijk.reshape(-1, 3)
    shape = np.asarray(grid.shape_ijk)
    first = np.floor(flat.min(axis=0)).astype(int) - margin_voxels
    stop = np.ceil(flat.max(axis=0)).astype(int) + margin_voxels + 1
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
    axes = parallel_axes(scan.grid, centre_lps_mm, sample_offsets_mm())
    return _resample_points(scan, centre_lps_mm) if axes is None else _resample_axes(scan, axes)


def _resample_axes(scan: Scan, axes: tuple[AxisSamples, AxisSamples, AxisSamples]) -> ResampledCube:
    """The cube on a grid whose axes are the patient's."""
    beyond = np.asarray(scan.grid.shape_ijk) - HALF_VOXEL
    inside_ijk = scan.grid.axes_contain([axis.index for axis in axes])
    held = [np.clip(axis.index, -HALF_VOXEL, last) for axis, last in zip(axes, beyond, strict=True)]
    read = _read_neighbourhood(scan, np.stack(held, axis=-1))
    i, j, k = (index - start for index, start in zip(held, read.first_ijk, strict=True))
    # From voxel axes (slices, rows, columns) to patient axes (z, y, x), which are counted from the last.
    to_zyx = np.argsort([2 - axis.patient_axis for axis in reversed(axes)])
    cube = interpolated_on_axes(read.crop_kji, k, j, i).transpose(to_zyx)
    inside_i, inside_j, inside_k = inside_ijk
    inside = (inside_k[:, None, None] & inside_j[:, None] & inside_i).transpose(to_zyx)
    return _cube(cube, np.ascontiguousarray(inside), read)


def _resample_points(scan: Scan, centre_lps_mm: NDArray[np.float64]) -> ResampledCube:
    """The cube on any grid, point by point."""
    index_ijk = scan.grid.to_index_ijk(sample_points_lps_mm(centre_lps_mm))
    read = _read_neighbourhood(scan, index_ijk)
    coefficients = ndimage.spline_filter(read.crop_kji.astype(np.float64), order=SPLINE_ORDER, mode="mirror")
    coordinates_kji = np.moveaxis((index_ijk - read.first_ijk)[..., ::-1], -1, 0)
    cube = ndimage.map_coordinates(coefficients, coordinates_kji, order=SPLINE_ORDER, mode="mirror", prefilter=False)
    return _cube(cube, scan.grid.contains_index(index_ijk), read)


def _read_neighbourhood(scan: Scan, index_ijk: NDArray[np.float64]) -> Neighbourhood:
    """What there is around the samples.

    Raises:
        SeriesError: pixels of which no cube can be made, or a slice that cannot be decoded.
    """
    first, stop = neighbourhood(index_ijk, scan.grid)
    columns, rows, _ = scan.grid.shape_ijk
    crop: Window = (slice(first[1], stop[1]), slice(first[0], stop[0]))
    thinned: Window = (slice(None, None, _step(rows)), slice(None, None, _step(columns)))
    uncut_kji, probe_kji = scan.uncut_windows(int(first[2]), int(stop[2]), (crop, thinned))
    if reason := reason_not_finite(uncut_kji, probe_kji):
        raise SeriesError(f"{scan.source}: {reason}. Give the scan in Hounsfield units.")
    return Neighbourhood(cleaned_hu(uncut_kji), probe_kji, first, (_step(columns), _step(rows)))


def _step(pixels: int) -> int:
    """From one pixel of the probe to the next."""
    return max(pixels // PROBE_PIXELS, 1)


def _cube(cube: NDArray[np.float64], inside: NDArray[np.bool_], read: Neighbourhood) -> ResampledCube:
    """The cube with air outside the scan."""
    return ResampledCube(np.where(inside, cube, AIR_HU).astype(np.float32), inside, read)
