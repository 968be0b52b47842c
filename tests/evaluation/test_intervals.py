"""Wilson's interval, Newcombe's, and the one that an AUC is shown with: known values, and their coverage."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import binom, norm

from radiogene.evaluation.intervals import (
    SMALL_SAMPLE,
    AucScale,
    auc_with_interval,
    delong_auc,
    newcombe_ends,
    wilson_share,
)


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


def hanley_mcneil(area, mutants, wild_types):
    """Newcombe's variance of an AUC by method 5, written from its formula."""
    half = (mutants + wild_types) / 2 - 1
    return area * (1 - area) * (1 + half * (1 - area) / (2 - area) + half * area / (1 + area)) / (mutants * wild_types)


@pytest.mark.parametrize(("area", "mutants", "wild_types"), [(0.5, 10, 90), (0.83, 12, 28), (0.98, 30, 40)])
def test_at_newcombes_ends_the_area_seen_is_1_96_standard_errors_away(area, mutants, wild_types):
    low, high = newcombe_ends(np.array(area), mutants, wild_types)
    expected = [
        brentq(lambda a: abs(area - a) - norm.ppf(0.975) * hanley_mcneil(a, mutants, wild_types) ** 0.5, *within)
        for within in ((1e-6, area - 1e-9), (area + 1e-9, 1 - 1e-9))
    ]
    assert [low, high] == pytest.approx(expected, abs=1e-9)


def test_newcombes_ends_have_a_width_at_0_and_1():
    low, high = newcombe_ends(np.array([0.0, 1.0]), 10, 10)
    assert (low[0], high[1]) == (0.0, 1.0)
    assert high[0] == pytest.approx(1 - low[1])
    assert low[1] < 0.95


@pytest.mark.parametrize("seed", range(4))
def test_the_interval_shown_is_the_wider_of_both_at_each_end(seed):
    generator = np.random.default_rng(seed)
    labels = np.array([1] * 12 + [0] * 40, dtype=np.int8)
    scores = generator.normal(labels * 1.2, 1 + labels * (seed % 2))
    found = auc_with_interval(labels, scores)
    on_logit = delong_auc(labels, scores, AucScale.LOGIT).interval
    low, high = newcombe_ends(np.array(found.value), 12, 40)
    assert found.interval.low == min(on_logit.low, low)
    assert found.interval.high == max(on_logit.high, high)
    assert found.interval.method == SMALL_SAMPLE


def test_an_area_of_1_or_0_has_a_width():
    labels = np.array([1] * 10 + [0] * 25, dtype=np.int8)
    scores = np.linspace(1, 0, 35)
    perfect, reversed_ = auc_with_interval(labels, scores), auc_with_interval(labels, 1 - scores)
    assert (perfect.value, perfect.interval.high) == (1.0, 1.0)
    assert perfect.interval.low <= 0.025 ** (1 / 10)
    assert (reversed_.value, reversed_.interval.low) == (0.0, 0.0)
    assert reversed_.interval.high == pytest.approx(1 - perfect.interval.low)


@pytest.mark.long
def test_it_holds_for_ten_mutants_where_either_alone_does_not():
    # Mutants vary twice as much as wild types: DeLong misses an AUC of 0.95, Newcombe one of 0.5.
    generator = np.random.default_rng(5)
    labels = np.array([1] * 10 + [0] * 90, dtype=np.int8)
    held = {"shown": [], "delong": [], "newcombe": []}
    for truth in (0.5, 0.95):
        covered = dict.fromkeys(held, 0)
        for _ in range(800):
            scores = generator.normal(labels * norm.ppf(truth) * 5**0.5, 1 + labels)
            shown, on_logit = auc_with_interval(labels, scores), delong_auc(labels, scores, AucScale.LOGIT)
            low, high = newcombe_ends(np.array(shown.value), 10, 90)
            covered["shown"] += shown.interval.low <= truth <= shown.interval.high
            covered["delong"] += on_logit.interval.low <= truth <= on_logit.interval.high
            covered["newcombe"] += low <= truth <= high
        for name, count in covered.items():
            held[name].append(count / 800)
    assert min(held["shown"]) > 0.92
    assert held["delong"][1] < 0.92
    assert held["newcombe"][0] < 0.92
