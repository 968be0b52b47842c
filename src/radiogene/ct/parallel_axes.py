"""Cubic B-spline interpolation of a grid whose axes are the patient's: one small matrix per axis.

On such a grid the prefilter and the sampling act on each axis alone, so that both together are a product with a
(samples, voxels) matrix per axis. The result is that of interpolating point by point.

`benchmarks/speed_dicom_to_views.py` measures what that brings: 69 ms from a series with such a grid to its nine views,
158 to 161 ms from a tilted or oblique one, whose points SciPy interpolates one by one; reading takes 43 ms of either.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from radiogene.ct.geometry import VoxelGrid

SPLINE_ORDER = 3

PARALLEL_TOLERANCE_VOXELS = 1e-6
"""How far the axes' directions may move any sample of the cube before they count as oblique."""


@dataclass(frozen=True, eq=False)
class AxisSamples:
    """The samples along one voxel axis.

    Attributes:
        patient_axis: which of (x, y, z) it runs along.
        index: (64,) continuous voxel index of each sample, in the order of growing x, y or z.
    """

    patient_axis: int
    index: NDArray[np.float64]


def parallel_axes(
    grid: VoxelGrid, centre_lps_mm: NDArray[np.float64], offsets_mm: NDArray[np.float64]
) -> tuple[AxisSamples, AxisSamples, AxisSamples] | None:
    """The samples along the columns', rows' and slices' index of a cube; None where the grid's axes are oblique.

    Args:
        grid: the scan's grid.
        centre_lps_mm: (3,) the cube's centre.
        offsets_mm: (64,) of the samples from the centre, on each patient axis.
    """
    centre_ijk = grid.to_index_ijk(centre_lps_mm)
    voxels_per_mm = np.linalg.inv(grid.affine_lps_mm[:3, :3])
    patient_axes = np.abs(voxels_per_mm).argmax(axis=1)
    along = np.zeros_like(voxels_per_mm)
    along[range(3), patient_axes] = voxels_per_mm[range(3), patient_axes]
    farthest_mm = np.abs(offsets_mm).max()
    if np.abs(voxels_per_mm - along).max() * farthest_mm > PARALLEL_TOLERANCE_VOXELS:
        return None
    i, j, k = (
        AxisSamples(int(axis), centre_ijk[n] + voxels_per_mm[n, axis] * offsets_mm)
        for n, axis in enumerate(patient_axes)
    )
    return i, j, k


def interpolated_on_axes(
    crop_kji: NDArray[np.float32],
    index_k: NDArray[np.float64],
    index_j: NDArray[np.float64],
    index_i: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The values (K, J, I) at all combinations of the samples of three axes.

    Args:
        crop_kji: (slices, rows, columns).
        index_k: (K,) continuous slice indices in the crop, within half a voxel of it.
        index_j: (J,) row indices.
        index_i: (I,) column indices.
    """
    slices, rows, columns = crop_kji.shape
    over_k = np.tensordot(axis_matrix(index_k, slices), crop_kji, axes=(1, 0))
    over_kj = axis_matrix(index_j, rows) @ over_k
    return np.asarray(over_kj @ axis_matrix(index_i, columns).T)


def axis_matrix(index: NDArray[np.float64], voxels: int) -> NDArray[np.float64]:
    """The matrix (samples, voxels) that takes voxel values along an axis to their cubic B-spline at the samples.

    Args:
        index: (samples,) continuous index, within half a voxel of the axis.
        voxels: on the axis, whose ends are mirrored about the outer voxels' centres.
    """
    # A single voxel is mirrored into a constant, for which there is nothing to filter.
    coefficients = np.eye(voxels)
    if voxels > 1:
        coefficients = ndimage.spline_filter1d(coefficients, order=SPLINE_ORDER, axis=0, mode="mirror")
    return _basis_matrix(index, voxels) @ coefficients


def _basis_matrix(index: NDArray[np.float64], voxels: int) -> NDArray[np.float64]:
    """The weight (samples, voxels) of each spline coefficient at each sample: four of them are not 0."""
    below = np.floor(index).astype(int)
    f = index - below
    weights = np.stack([(1 - f) ** 3, 4 - 6 * f**2 + 3 * f**3, 1 + 3 * f + 3 * f**2 - 3 * f**3, f**3]) / 6
    matrix = np.zeros((len(index), voxels))
    for step, weight in enumerate(weights, start=-1):
        np.add.at(matrix, (np.arange(len(index)), _mirrored(below + step, voxels)), weight)
    return matrix


def _mirrored(index: NDArray[np.int_], voxels: int) -> NDArray[np.int_]:
    """Indices within 0 to voxels - 1, reflected about the centres of the outer voxels."""
    if voxels == 1:
        return np.zeros_like(index)
    period = 2 * (voxels - 1)
    folded = np.abs(index) % period
    return np.asarray(np.minimum(folded, period - folded))
