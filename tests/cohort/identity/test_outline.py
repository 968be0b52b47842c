"""One scan is known again where it was marked elsewhere; another patient's is another."""

import numpy as np
import pytest
from scipy import ndimage

from radiogene.cohort.identity.outline import (
    OUTLINE_BYTES,
    SAME_SCAN,
    Outline,
    correlations_of,
    matches_between,
    matches_within,
    outline_of,
)
from radiogene.ct.scan import AIR_HU


def lung(seed, size=104):
    """Smooth structures of many sizes in a lung (size^3) HU."""
    rng = np.random.default_rng(seed)
    field = sum(ndimage.gaussian_filter(rng.standard_normal((size,) * 3), sd) * sd**1.5 for sd in (1.5, 2.5, 4.0))
    return -850 + 500 * np.clip(field / field.std(), 0, 3)


def cube(volume, shift=(0, 0, 0)):
    start = [(len(volume) - 64) // 2 + s for s in shift]
    return np.rint(volume[tuple(slice(s, s + 64) for s in start)]).astype(np.int16)


def correlation(one, other):
    return correlations_of([outline_of(one), outline_of(other)], np.array([0]), np.array([1]))[0]


@pytest.fixture(scope="module")
def scan():
    return lung(0)


@pytest.mark.parametrize("shift", [(0, 0, 0), (1, -1, 0), (3, 0, -2), (-7, 6, 5), (15, 0, 0), (9, -9, 9)])
def test_a_scan_marked_elsewhere_is_found(scan, shift):
    assert correlation(cube(scan), cube(scan, shift)) >= SAME_SCAN


def test_thicker_slices_and_other_kernels_are_found(scan):
    thick = ndimage.uniform_filter1d(scan, 5, axis=0)
    soft = ndimage.gaussian_filter(scan, (0, 1, 1))
    noisy = scan + ndimage.gaussian_filter(np.random.default_rng(1).normal(0, 120, scan.shape), (0, 0.6, 0.6))
    for other in (thick, soft, noisy, scan * 1.1 + 40):
        assert correlation(cube(scan), cube(other, (4, -3, 2))) >= SAME_SCAN


def test_other_patients_are_others_and_their_own_nodules_are_not_compared(scan):
    scans = [cube(scan), cube(scan, (5, 0, 0)), *(cube(lung(seed)) for seed in (1, 2, 3))]
    outlines = [outline_of(each) for each in scans]
    assert [(match.first, match.second) for match in matches_within(outlines, range(5))] == [(0, 1)]
    assert matches_within(outlines, [0, 0, 1, 2, 3]) == []
    assert [(match.first, match.second) for match in matches_between(outlines[2:], outlines[:3])] == [(0, 2)]
    assert matches_between([], outlines) == []


def test_the_first_look_loses_no_pair_that_the_second_finds(scan):
    shifts = np.random.default_rng(5).integers(-12, 13, (20, 3))
    outlines = [outline_of(cube(scan, shift)) for shift in shifts]
    pairs = np.triu_indices(20, k=1)
    there = [tuple(pair) for pair in np.column_stack(pairs)[correlations_of(outlines, *pairs) >= SAME_SCAN]]
    assert len(there) > 100
    assert [(match.first, match.second) for match in matches_within(outlines, range(20))] == there


def test_what_lies_outside_the_scan_says_nothing(scan):
    cut, other = cube(scan), cube(lung(1))
    for each in (cut, other):
        each[:20] = AIR_HU
    assert not np.any(outline_of(cut).values[:7])
    assert correlation(cut, other) < 0.5
    assert correlation(cut, cube(scan, (6, 0, 0))) >= SAME_SCAN
    empty = np.full((64, 64, 64), AIR_HU, dtype=np.int16)
    assert correlation(empty, empty) == 0
    assert correlation(np.full_like(empty, -850), np.full_like(empty, -850)) == 0


def test_an_outline_is_3456_bytes_of_three_values_and_comes_back_from_its_text(scan):
    outline = outline_of(cube(scan))
    assert len(outline.packed) == OUTLINE_BYTES == 3456
    assert set(np.unique(outline.values)) == {-1.0, 0.0, 1.0}
    assert Outline.of_text(outline.text) == outline
    for broken in ("no Base64!", outline.text[:-8]):
        with pytest.raises(ValueError, match=r"no Base64|bytes in place of 3456"):
            Outline.of_text(broken)
