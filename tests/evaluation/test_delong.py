"""DeLong's interval and paired test: the 1988 paper's own data, a slow reference by definition, other software."""

import numpy as np
import pytest
from scipy.stats import norm

from radiogene.errors import CohortError
from radiogene.evaluation.comparison import paired_delong
from radiogene.evaluation.intervals import AucScale, delong_auc
from radiogene.evaluation.metrics import placements

OVARIAN_CANCER = """
3.0 5.8 10 0  3.2 6.3 5 1  3.9 6.8 3 1  2.8 4.8 6 0  3.2 5.8 3 1  0.9 4.0 5 0  2.5 5.7 8 0  1.6 5.6 5 1  3.8 5.7 5 1
3.7 6.7 6 1  3.2 5.4 4 1  3.8 6.6 6 1  4.1 6.6 5 1  3.6 5.7 5 1  4.3 7.0 4 1  3.6 6.7 4 0  2.3 4.4 6 1  4.2 7.6 4 0
4.0 6.6 6 0  3.5 5.8 6 1  3.8 6.8 7 1  3.0 4.7 8 0  4.5 7.4 5 1  3.7 7.4 5 1  3.1 6.6 6 1  4.1 8.2 6 1  4.3 7.0 5 1
4.3 6.5 4 1  3.2 5.1 5 1  2.6 4.7 6 1  3.3 6.8 6 0  1.7 4.0 7 0  3.7 6.1 5 1  3.3 6.3 7 1  4.2 7.7 6 1  3.5 6.2 5 1
2.9 5.7 9 0  2.1 4.8 7 1  2.8 6.2 8 0  4.0 7.0 7 1  3.3 5.7 6 1  3.7 6.9 5 1  3.6 6.6 5 1
"""
"""Albumin, total protein, K-G score (low is good) and outcome of the 43 complete cases of DeLong et al. 1988, as
tabulated in the SAS/STAT User's Guide, LOGISTIC procedure, "Comparing Receiver Operating Characteristic Curves"; the
expected figures below are of that example."""


@pytest.fixture(scope="module")
def ovarian():
    table = np.array(OVARIAN_CANCER.split(), dtype=float).reshape(-1, 4)
    scores = {"albumin": table[:, 0], "protein": table[:, 1], "kg": 10 - table[:, 2]}
    return table[:, 3].astype(np.int8), scores


@pytest.mark.parametrize(
    ("test", "area", "low", "high"),
    [("albumin", 0.7366, 0.5549, 0.9182), ("kg", 0.7258, 0.5243, 0.9273), ("protein", 0.6478, 0.4518, 0.8439)],
)
def test_published_areas_and_intervals(ovarian, test, area, low, high):
    labels, scores = ovarian
    measure = delong_auc(labels, scores[test])
    assert measure.value == pytest.approx(area, abs=5e-5)
    assert (measure.interval.low, measure.interval.high) == pytest.approx((low, high), abs=5e-5)
    assert measure.interval.method == "DeLong"


@pytest.mark.parametrize(
    ("test", "difference", "low", "high", "chi_square", "p_value"),
    [
        ("albumin", 0.0108, -0.1761, 0.1976, 0.0127, 0.9102),
        ("protein", -0.0780, -0.2830, 0.1271, 0.5554, 0.4561),
    ],
)
def test_published_paired_differences_from_the_kg_score(ovarian, test, difference, low, high, chi_square, p_value):
    labels, scores = ovarian
    found = paired_delong(labels, scores[test], scores["kg"])
    assert found.difference.value == pytest.approx(difference, abs=5e-5)
    assert (found.difference.interval.low, found.difference.interval.high) == pytest.approx((low, high), abs=5e-5)
    assert found.z**2 == pytest.approx(chi_square, abs=5e-5)
    assert found.p_value == pytest.approx(p_value, abs=5e-5)


def by_definition(labels, scores):
    """Areas (K,) and their covariance (K, K) from every pair, as equations 3 to 5 of DeLong et al. write them."""
    rows_10, rows_01 = [], []
    for score in scores:
        x, y = score[labels == 1], score[labels == 0]
        psi = np.array([[1.0 if a > b else 0.5 if a == b else 0.0 for b in y] for a in x])
        rows_10.append(psi.mean(axis=1))
        rows_01.append(psi.mean(axis=0))
    m, n = len(rows_10[0]), len(rows_01[0])
    return np.mean(rows_10, axis=1), np.cov(rows_10) / m + np.cov(rows_01) / n


@pytest.fixture(params=range(6))
def two_models(request):
    """Labels and two correlated scores, every second time rounded so that ties are many."""
    generator = np.random.default_rng(request.param)
    labels = (generator.random(60) < 0.3).astype(np.int8)
    first = generator.normal(labels * 0.8)
    second = 0.6 * first + generator.normal(labels * 0.2)
    scores = [1 / (1 + np.exp(-s)) for s in (first, second)]
    return labels, *(np.round(s, 1) if request.param % 2 else s for s in scores)


def test_interval_and_test_follow_from_the_definition(two_models):
    labels, first, second = two_models
    areas, covariance = by_definition(labels, [first, second])
    z = norm.ppf(0.975)
    for area, variance, score in zip(areas, np.diag(covariance), (first, second), strict=True):
        plain, on_logit = (delong_auc(labels, score, scale) for scale in AucScale)
        assert plain.value == on_logit.value == pytest.approx(area, abs=1e-12)
        assert plain.interval.low == pytest.approx(area - z * variance**0.5, abs=1e-12)
        assert plain.interval.high == pytest.approx(min(1, area + z * variance**0.5), abs=1e-12)
        odds = np.exp(z * variance**0.5 / (area * (1 - area)) * np.array([-1, 1])) * area / (1 - area)
        assert (on_logit.interval.low, on_logit.interval.high) == pytest.approx(tuple(odds / (1 + odds)), abs=1e-12)
    found = paired_delong(labels, first, second)
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert found.z == pytest.approx((areas[0] - areas[1]) / variance**0.5, abs=1e-10)
    assert found.p_value == pytest.approx(2 * norm.sf(abs(found.z)), abs=1e-12)


def test_agrees_with_mlstatkit(two_models):
    mlstatkit = pytest.importorskip("MLstatkit")
    labels, first, second = two_models
    z, p_value, interval, *_ = mlstatkit.Delong_test(labels, first, second)
    found = paired_delong(labels, first, second)
    assert (found.z, found.p_value) == pytest.approx((-z, p_value), abs=1e-10)
    measure = delong_auc(labels, first)
    assert (measure.interval.low, measure.interval.high) == pytest.approx(interval, abs=1e-10)


def test_placements_average_to_the_same_area(two_models):
    labels, first, _ = two_models
    placed = placements(labels, first)
    assert placed.mutant.mean() == pytest.approx(placed.wild_type.mean(), abs=1e-12)


def test_perfect_separation_gets_a_bound_instead_of_no_width():
    labels = np.array([1] * 5 + [0] * 12, dtype=np.int8)
    scores = np.linspace(1, 0, 17)
    perfect, reversed_ = delong_auc(labels, scores), delong_auc(labels, 1 - scores)
    assert (perfect.value, perfect.interval.high) == (1.0, 1.0)
    # 5 disjoint pairs all right: 0.025 is the chance of that at the lower bound.
    assert perfect.interval.low**5 == pytest.approx(0.025)
    assert "disjoint pairs" in perfect.interval.method
    assert (reversed_.value, reversed_.interval.low) == (0.0, 0.0)
    assert reversed_.interval.high == pytest.approx(1 - perfect.interval.low)


def test_where_no_interval_exists_the_reason_stands():
    two = np.array([1, 1, 0, 0, 0], dtype=np.int8)
    constant = delong_auc(two, np.full(5, 0.3))
    assert (constant.value, constant.interval) == (0.5, None)
    assert "equal" in constant.reason
    single = delong_auc(np.array([1, 0, 0], dtype=np.int8), np.array([0.4, 0.2, 0.6]))
    assert (single.value, single.interval) == (0.5, None)
    assert "two mutants" in single.reason
    no_mutant = delong_auc(np.array([0, 0, -1], dtype=np.int8), np.array([0.4, 0.2, 0.6]))
    assert (no_mutant.value, no_mutant.interval) == (None, None)
    assert "no mutant" in no_mutant.reason


def test_unknown_labels_change_nothing(two_models):
    labels, first, second = two_models
    extended = np.append(labels, np.full(9, -1)).astype(np.int8)
    more = np.linspace(0, 1, 9)
    assert delong_auc(extended, np.append(first, more)) == delong_auc(labels, first)
    assert paired_delong(extended, np.append(first, more), np.append(second, more)) == paired_delong(
        labels, first, second
    )


def test_equal_rankings_are_no_evidence_and_equal_shifts_no_test():
    labels = np.array([1, 1, 0, 0, 0], dtype=np.int8)
    scores = np.array([0.9, 0.3, 0.5, 0.2, 0.1])
    same = paired_delong(labels, scores, scores**2)
    assert (same.difference.value, same.z, same.p_value) == (0.0, None, 1.0)
    perfect = np.array([0.9, 0.8, 0.3, 0.2, 0.1])
    opposite = paired_delong(labels, perfect, 1 - perfect)
    assert (opposite.difference.value, opposite.p_value) == (1.0, None)
    assert "variance" in opposite.difference.reason


def test_paired_models_must_have_the_same_patients():
    with pytest.raises(CohortError, match="same patients: 3 labels, 3 and 2"):
        paired_delong(np.array([1, 0, 1], dtype=np.int8), np.ones(3), np.ones(2))


def test_coverage_is_near_95_percent_with_30_mutants():
    # Binormal scores: AUC = Phi(shift / sqrt 2) = 0.80.
    generator = np.random.default_rng(1)
    truth, shift = 0.80, norm.ppf(0.80) * 2**0.5
    labels = np.array([1] * 30 + [0] * 70, dtype=np.int8)
    held = dict.fromkeys(AucScale, 0)
    simulations = 2000
    for _ in range(simulations):
        scores = generator.normal(labels * shift)
        for scale in AucScale:
            interval = delong_auc(labels, scores, scale).interval
            held[scale] += interval.low <= truth <= interval.high
    assert {scale: round(count / simulations, 2) for scale, count in held.items()} == {
        AucScale.PLAIN: pytest.approx(0.94, abs=0.015),
        AucScale.LOGIT: pytest.approx(0.95, abs=0.015),
    }


def test_equal_models_are_told_apart_in_5_percent_of_cohorts():
    generator = np.random.default_rng(2)
    labels = np.array([1] * 30 + [0] * 70, dtype=np.int8)
    simulations, found = 1500, 0
    for _ in range(simulations):
        shared = generator.normal(labels * 1.0)
        first, second = (shared + generator.normal(size=100) for _ in range(2))
        found += paired_delong(labels, first, second).p_value < 0.05
    assert 0.035 < found / simulations < 0.07


def test_shuffled_labels_give_an_area_of_one_half():
    generator = np.random.default_rng(3)
    labels = (generator.random(150) < 0.25).astype(np.int8)
    scores = generator.random(150) * 0.5 + labels * 0.5
    assert delong_auc(labels, scores).value == 1.0
    shuffled = [delong_auc(generator.permutation(labels), scores).value for _ in range(200)]
    assert np.mean(shuffled) == pytest.approx(0.5, abs=0.01)
