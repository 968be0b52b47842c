"""Wilson's interval: known values, and its coverage."""

import pytest
from scipy.stats import binom

from radiogene.evaluation.intervals import wilson_share


def test_known_values():
    found = wilson_share(7, 10)
    assert found.value == 0.7
    assert (found.interval.low, found.interval.high) == pytest.approx((0.3967781, 0.8922087), abs=1e-7)


def test_it_has_a_width_at_both_ends_and_stays_within_0_and_1():
    none, all_right = wilson_share(0, 20), wilson_share(20, 20)
    assert (none.interval.low, all_right.interval.high) == (0.0, 1.0)
    assert none.interval.high == pytest.approx(1 - all_right.interval.low) == pytest.approx(0.16113, abs=1e-5)


def test_its_coverage_averages_95_percent():
    shares = [n / 50 for n in range(5, 46)]
    covered = 0.0
    for share in shares:
        intervals = [wilson_share(right, 60).interval for right in range(61)]
        covered += sum(binom.pmf(k, 60, share) for k, i in enumerate(intervals) if i.low <= share <= i.high)
    assert covered / len(shares) == pytest.approx(0.95, abs=0.005)


def test_no_case_has_no_share():
    assert wilson_share(0, 0).reason == "there is no case"
