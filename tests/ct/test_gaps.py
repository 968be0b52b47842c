"""Missing and uneven slices under `--allow-gaps`: linear interpolation to even spacing, as the paper stacks slices."""

from dataclasses import replace

import numpy as np
import pytest

from ct.dicom_writers import SyntheticSeries, rotated
from ct.scan_checks import assert_shows_ramp
from radiogene.ct.open_scan import open_scan
from radiogene.ct.scan import ScanOptions
from radiogene.errors import GeometryError

GAPS = ScanOptions(allow_gaps=True)
SMALL = SyntheticSeries(rows=6, columns=7, slices=20, slice_step_mm=4.0)
UNEVEN = np.cumsum(np.r_[0.0, 1, 1, 1.3, 1, 1, 0.6, 1, 1, 1, 2.5, 1, 1, 1, 1, 1, 1, 1])


@pytest.mark.parametrize("change", [{}, {"directions": rotated((15.0, 5.0, 0.0)), "step_lps_mm": (0.0, 0.0, 4.0)}])
def test_missing_slices_are_the_mean_of_their_neighbours(change, tmp_path):
    series = replace(SMALL, **change)
    paths = series.write(tmp_path)
    whole = open_scan(tmp_path, ScanOptions())
    original = whole.read_volume()
    for k in (4, 11, 12):
        paths[k].unlink()
    scan = open_scan(tmp_path, GAPS)
    np.testing.assert_allclose(scan.grid.affine_lps_mm, whole.grid.affine_lps_mm, atol=1e-9)
    assert_shows_ramp(scan, 0.06)
    filled = scan.read_volume()
    kept = [k for k in range(20) if k not in (4, 11, 12)]
    np.testing.assert_array_equal(filled[kept], original[kept])
    np.testing.assert_allclose(filled[4], (original[3] + original[5]) / 2, atol=1e-3)
    np.testing.assert_allclose(filled[12], (original[10] + 2 * original[13]) / 3, atol=1e-3)
    assert [k for k, uid in enumerate(scan.slice_sop_uids) if not uid] == [4, 11, 12]
    assert any(decision.startswith("3 of 20 slices interpolated") for decision in scan.decisions)
    np.testing.assert_array_equal(scan.read_slices(11, 13), filled[11:13])


def test_uneven_slices_become_even(tmp_path):
    replace(SMALL, depths=UNEVEN).write(tmp_path)
    with pytest.raises(GeometryError):
        open_scan(tmp_path, ScanOptions())
    scan = open_scan(tmp_path, GAPS)
    count = round(UNEVEN[-1]) + 1
    assert scan.grid.shape_ijk[2] == count
    assert scan.grid.spacing_mm[2] == pytest.approx(4.0 * UNEVEN[-1] / (count - 1))
    assert_shows_ramp(scan, 0.06)


def test_option_changes_nothing_where_slices_are_even(tmp_path):
    SMALL.write(tmp_path)
    strict, lenient = open_scan(tmp_path, ScanOptions()), open_scan(tmp_path, GAPS)
    assert lenient.decisions == strict.decisions == ()
    np.testing.assert_array_equal(lenient.read_volume(), strict.read_volume())


def test_gap_of_absurd_size_is_refused(tmp_path):
    replace(SMALL, depths=[*range(19), 20000], value_hu=lambda points: points[..., 0]).write(tmp_path)
    with pytest.raises(GeometryError, match="would take 20000 slices"):
        open_scan(tmp_path, GAPS)


WINDOWS = ((slice(1, 4), slice(2, 7)), (slice(None, None, 2), slice(None, None, 3)), (slice(None), slice(None)))


@pytest.mark.parametrize("missing", [(), (4, 11, 12)])
def test_windows_of_slices_equal_the_same_parts_of_whole_slices(missing, tmp_path):
    paths = SMALL.write(tmp_path)
    for k in missing:
        paths[k].unlink()
    scan = open_scan(tmp_path, GAPS)
    whole = scan.read_volume()[3:15]
    for (rows, columns), part in zip(WINDOWS, scan.windows(3, 15, WINDOWS), strict=True):
        np.testing.assert_array_equal(part, whole[:, rows, columns])
    with pytest.raises(IndexError):
        scan.windows(15, 21, WINDOWS)
