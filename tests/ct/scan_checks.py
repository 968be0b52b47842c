"""What every scan of the synthetic ramp has to fulfil."""

import numpy as np

from ct.dicom_writers import SyntheticSeries, ramp_hu
from radiogene.ct.scan import Scan


def voxel_points_lps_mm(scan: Scan) -> np.ndarray:
    """(slices, rows, columns, 3) places of the scan's voxels according to its grid."""
    columns, rows, slices = scan.grid.shape_ijk
    k, j, i = np.meshgrid(np.arange(slices), np.arange(rows), np.arange(columns), indexing="ij")
    return scan.grid.to_lps_mm(np.stack([i, j, k], axis=-1))


def assert_shows_ramp(scan: Scan, tolerance_hu: float) -> None:
    """Every voxel has the value that belongs to the place that the grid gives it."""
    assert scan.grid.is_right_handed
    volume_hu = scan.read_volume()
    assert volume_hu.dtype == np.float32
    assert volume_hu.shape == scan.grid.shape_ijk[::-1]
    np.testing.assert_allclose(volume_hu, ramp_hu(voxel_points_lps_mm(scan)), atol=tolerance_hu)


def assert_covers(scan: Scan, series: SyntheticSeries) -> None:
    """The grid has the slices of the series, no more, in the order of row x column direction."""
    positions = series.slice_positions()
    normal = np.cross(*series.directions)
    ordered = positions[np.argsort(positions @ normal)]
    found = scan.grid.to_lps_mm([[0, 0, k] for k in range(scan.grid.shape_ijk[2])])
    np.testing.assert_allclose(found, ordered, atol=1e-6)
    assert scan.grid.shape_ijk == (series.columns, series.rows, len(positions))
