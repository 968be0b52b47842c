"""What other scanners do to a cube, on cubes whose change is known by hand."""

import numpy as np
import pytest

from radiogene.ct.acquisition_changes import Change, changed_cube, moved
from radiogene.errors import SettingsError


def ramp() -> np.ndarray:
    """HU that rise by 10 along z, and by 3 along y."""
    z, y, _ = np.meshgrid(*[np.arange(64)] * 3, indexing="ij")
    return (10 * z + 3 * y - 500).astype(np.int16)


def impulse() -> np.ndarray:
    cube = np.zeros((64, 64, 64), dtype=np.int16)
    cube[32, 32, 32] = 3000
    return cube


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_slabs_average_along_z_alone_and_keep_a_ramp_and_the_sum():
    assert changed_cube(ramp(), Change.THICKNESS, 5.0, rng())[8:-8] == pytest.approx(ramp()[8:-8], abs=1)
    slab = changed_cube(impulse(), Change.THICKNESS, 5.0, rng())
    assert slab[:, 32, 32].tolist() == [0] * 30 + [600] * 5 + [0] * 29
    assert (slab != 0).sum() == 5
    even = changed_cube(impulse(), Change.THICKNESS, 2.0, rng())
    assert even[30:35, 32, 32].tolist() == [0, 750, 1500, 750, 0]
    assert np.array_equal(changed_cube(impulse(), Change.THICKNESS, 1.0, rng()), impulse())


def test_blur_and_sharpening_stay_within_slices():
    for change in (Change.BLUR, Change.SHARPENING):
        cube = changed_cube(impulse(), change, 1.0, rng())
        assert not cube[31].any()
        assert not cube[33].any()
    assert changed_cube(impulse(), Change.BLUR, 1.0, rng())[32, 32, 32] < 3000
    assert changed_cube(impulse(), Change.SHARPENING, 1.0, rng())[32, 32, 32] > 3000


def test_noise_has_the_stated_sd_and_follows_the_generator():
    noisy = changed_cube(np.zeros((64, 64, 64), np.int16), Change.NOISE, 40.0, rng())
    assert noisy.std() == pytest.approx(40.0, rel=0.01)
    assert np.array_equal(noisy, changed_cube(np.zeros((64, 64, 64), np.int16), Change.NOISE, 40.0, rng()))


def test_a_shift_of_hu_leaves_what_is_below_the_scale():
    cube = ramp()
    cube[0] = -1024
    shifted = changed_cube(cube, Change.HU_SHIFT, -30.0, rng())
    assert (shifted[0] == -1024).all()
    assert np.array_equal(shifted[1:], cube[1:] - 30)


def test_a_shifted_centre_moves_by_whole_samples_along_one_axis():
    cube = changed_cube(impulse(), Change.SHIFTED_CENTRE, 3.0, rng())
    place = np.argwhere(cube == 3000)[0]
    assert sorted(abs(place - 32)) == [0, 0, 3]
    assert np.array_equal(moved(ramp(), 0, 2)[:-2], ramp()[2:])


@pytest.mark.parametrize("change", list(Change))
def test_nothing_is_changed_by_nothing_and_what_cannot_be_is_refused(change):
    assert np.array_equal(changed_cube(ramp(), change, 0.0, rng()), ramp())
    with pytest.raises(SettingsError, match="wanted 0 or more"):
        changed_cube(ramp(), change, float("nan"), rng())
