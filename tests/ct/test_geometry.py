import numpy as np
import pytest

from radiogene.ct.geometry import Frame, VoxelGrid, point_to_lps_mm
from radiogene.errors import GeometryError

SHEARED = np.array([[0.7, 0.0, 0.1, -100.0], [0.0, 0.9, 0.4, -50.0], [0.0, -0.1, 2.5, 12.0], [0.0, 0.0, 0.0, 1.0]])


def test_index_and_lps_are_inverse_on_a_sheared_grid():
    grid = VoxelGrid(SHEARED, (10, 20, 30))
    index = np.array([[0, 0, 0], [3.25, 17.5, 29.0], [-2.0, 4.0, 100.0]])
    np.testing.assert_allclose(grid.to_index_ijk(grid.to_lps_mm(index)), index, atol=1e-12)
    np.testing.assert_allclose(grid.to_lps_mm([1, 0, 2]), [-100 + 0.7 + 0.2, -50 + 0.8, 12 + 5.0])


def test_inside_reaches_half_a_voxel_beyond_the_outermost_centres():
    grid = VoxelGrid(np.eye(4), (4, 5, 6))
    assert grid.contains_index([-0.5, -0.5, 5.5])
    assert grid.contains_index([3.5, 4.5, -0.5])
    assert not grid.contains_index([3.51, 0, 0])
    assert not grid.contains_index([0, 0, -0.501])


def test_crop_and_reversal_keep_every_voxel_where_it_is():
    grid = VoxelGrid(SHEARED, (10, 20, 30))
    np.testing.assert_allclose(grid.cropped([2, 3, 4], [8, 9, 10]).to_lps_mm([1, 1, 1]), grid.to_lps_mm([3, 4, 5]))
    np.testing.assert_allclose(grid.with_slices_reversed().to_lps_mm([1, 2, 3]), grid.to_lps_mm([1, 2, 26]))
    assert grid.is_right_handed
    assert not grid.with_slices_reversed().is_right_handed


def test_ras_changes_the_first_two_signs_and_voxel_goes_through_the_grid():
    grid = VoxelGrid(SHEARED, (10, 20, 30))
    np.testing.assert_allclose(point_to_lps_mm([1, 2, 3], Frame.RAS, grid), [-1, -2, 3])
    np.testing.assert_allclose(point_to_lps_mm([1, 2, 3], Frame.VOXEL, grid), grid.to_lps_mm([1, 2, 3]))
    np.testing.assert_allclose(point_to_lps_mm([1, 2, 3], Frame.LPS, grid), [1, 2, 3])


@pytest.mark.parametrize(
    ("affine", "shape", "message"),
    [
        (np.full((4, 4), np.nan), (1, 1, 1), "finite"),
        (np.diag([1.0, 1.0, 0.0, 1.0]), (1, 1, 1), "spacing"),
        (np.diag([1.0, 1000.0, 1.0, 1.0]), (1, 1, 1), "spacing"),
        (np.eye(4), (0, 1, 1), "at least one voxel"),
        ([[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1]], (2, 2, 2), "spacing|parallel"),
        ([[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], (2, 2, 2), "parallel"),
        ([[1, 0, 0, 1e9], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], (2, 2, 2), "no place in a patient"),
    ],
)
def test_impossible_grids_are_refused(affine, shape, message):
    with pytest.raises(GeometryError, match=message):
        VoxelGrid(np.asarray(affine, dtype=float), shape)


@pytest.mark.parametrize("point", [[1, 2], [1, 2, np.nan], [[1, 2, 3]]])
def test_a_point_needs_three_finite_numbers(point):
    with pytest.raises(GeometryError, match="three finite numbers"):
        point_to_lps_mm(point, Frame.LPS, VoxelGrid(np.eye(4), (2, 2, 2)))
