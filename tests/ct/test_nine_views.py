"""The nine views of a linear ramp, computed by hand from the definition of each plane."""

import numpy as np
import pytest

from radiogene.ct.nine_views import NINE_VIEWS, VIEW_NAMES, ViewSampling, cut_views, view_points_mm

OFFSETS = np.arange(64) - 31.5
A, B, C = 3.0, -5.0, 7.0


def ramp_cube():
    z, y, x = np.meshgrid(OFFSETS, OFFSETS, OFFSETS, indexing="ij")
    return (A * x + B * y + C * z).astype(np.float32)


# (value per step of the row index, value per step of the column index); F is towards the feet, so -z.
BY_HAND = {
    "axial": (B, A),
    "coronal": (-C, A),
    "sagittal": (-C, B),
    "F,L+P": (-C, A + B),
    "F,L-P": (-C, A - B),
    "P,L+F": (B, A - C),
    "P,L-F": (B, A + C),
    "L,P+F": (A, B - C),
    "L,P-F": (A, B + C),
}


def test_the_order_of_the_views_is_the_stated_one():
    assert list(VIEW_NAMES) == list(BY_HAND)


@pytest.mark.parametrize("position", range(9), ids=VIEW_NAMES)
def test_each_view_of_a_ramp_equals_the_hand_computation(position):
    image = cut_views(ramp_cube())[position]
    per_row, per_column = BY_HAND[VIEW_NAMES[position]]
    np.testing.assert_allclose(image, per_row * OFFSETS[:, None] + per_column * OFFSETS[None, :], atol=1e-3)


def test_at_64_pixels_diagonals_are_cube_samples_and_the_other_three_the_mean_of_the_two_middle_planes():
    cube = np.random.default_rng(0).permutation(64**3).reshape(64, 64, 64).astype(np.float32)
    views = cut_views(cube)
    r, c = np.meshgrid(np.arange(64), np.arange(64), indexing="ij")
    # The cube's centre lies between samples 31 and 32 of each axis.
    np.testing.assert_allclose(views[0], cube[31:33].mean(axis=0))
    np.testing.assert_allclose(views[1], cube[::-1, 31:33].mean(axis=1))
    np.testing.assert_allclose(views[2], cube[::-1, :, 31:33].mean(axis=2))
    np.testing.assert_array_equal(views[3], cube[63 - r, c, c])
    np.testing.assert_array_equal(views[4], cube[63 - r, 63 - c, c])
    np.testing.assert_array_equal(views[5], cube[63 - c, r, c])
    np.testing.assert_array_equal(views[6], cube[c, r, c])
    np.testing.assert_array_equal(views[7], cube[63 - c, c, r])
    np.testing.assert_array_equal(views[8], cube[c, c, r])


def test_other_sizes_are_trilinear_and_clamped_at_the_cubes_edge():
    image = cut_views(ramp_cube(), size=299)[0]
    position_mm = ((np.arange(299) + 0.5) / 299 - 0.5) * 64
    clamped = position_mm.clip(-31.5, 31.5)
    np.testing.assert_allclose(image, B * clamped[:, None] + A * clamped[None, :], atol=1e-3)


def test_isotropic_diagonals_have_one_scale_and_air_outside_the_cube():
    points = view_points_mm(128, ViewSampling.ISOTROPIC)[3]
    row_step = np.linalg.norm(points[1, 0] - points[0, 0])
    column_step = np.linalg.norm(points[0, 1] - points[0, 0])
    assert row_step == pytest.approx(column_step)
    image = cut_views(ramp_cube(), 128, ViewSampling.ISOTROPIC)[3]
    assert (image[0] == -1024).all()
    assert (image[64] != -1024).all()
    np.testing.assert_array_equal(
        cut_views(ramp_cube(), 128, ViewSampling.ISOTROPIC)[:3], cut_views(ramp_cube(), 128)[:3]
    )


def test_directions_are_the_stated_ones():
    letters = {"L": (1, 0, 0), "P": (0, 1, 0), "F": (0, 0, -1)}
    for view in NINE_VIEWS[3:]:
        row, column = view.name.split(",")
        sign = 1 if "+" in column else -1
        first, second = column.replace("-", "+").split("+")
        expected = tuple(a + sign * b for a, b in zip(letters[first], letters[second], strict=True))
        assert (view.row_direction, view.column_direction) == (letters[row], expected)
