"""McNemar's exact test and Holm's adjustment."""

from itertools import combinations, product
from math import comb

import numpy as np
import pytest
from scipy.stats import t as student

from radiogene.errors import CohortError
from radiogene.evaluation.comparison import PAIRED_T, auc_difference, holm_adjusted, mcnemar_exact, paired_delong


def calls_with(only_first, only_second, both=12, neither=11):
    """Labels and two models' calls with these numbers of patients rightly called."""
    right = [(True, False)] * only_first + [(False, True)] * only_second + [(True, True)] * both
    right += [(False, False)] * neither
    labels = (np.arange(len(right)) % 2).astype(np.int8)
    first, second = (np.array([r[k] for r in right]) == (labels == 1) for k in (0, 1))
    return labels, first, second


def test_published_example_of_bentur_et_al():
    # 21 children, 1 and 7 discordant: exact conditional P = 0.070 (Fagerland, Lydersen and Laake, BMC Med Res
    # Methodol 13:91, 2013).
    found = mcnemar_exact(*calls_with(1, 7, both=1, neither=12))
    assert (found.only_first_right, found.only_second_right) == (1, 7)
    assert found.p_value == pytest.approx(0.0703125)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 1), (5, 5), (9, 2), (0, 12)])
def test_equals_the_sum_over_all_outcomes(first, second):
    found = mcnemar_exact(*calls_with(first, second))
    total = first + second
    at_least_as_extreme = [k for k in range(total + 1) if abs(2 * k - total) >= abs(first - second)]
    assert found.p_value == pytest.approx(sum(comb(total, k) for k in at_least_as_extreme) / 2**total)


def test_unknown_labels_change_nothing_and_lengths_must_agree():
    labels, first, second = calls_with(9, 2)
    extended = np.append(labels, [-1, -1]).astype(np.int8)
    more = np.array([True, False])
    assert mcnemar_exact(extended, np.append(first, more), np.append(second, ~more)) == mcnemar_exact(
        labels, first, second
    )
    with pytest.raises(CohortError, match="same patients"):
        mcnemar_exact(labels, first, second[1:])


@pytest.mark.parametrize("p_values", list(product([0.001, 0.02, 0.03], [0.02, 0.4], [0.01, 0.9], [0.011, 0.05])))
def test_holm_is_the_closed_test_of_bonferroni(p_values):
    # Independent: a hypothesis' adjusted p is the greatest Bonferroni p of all intersections that contain it.
    names = "abcd"
    family = dict(zip(names, p_values, strict=True))
    subsets = [s for size in range(1, 5) for s in combinations(names, size)]
    expected = {name: max(min(1.0, len(s) * min(family[k] for k in s)) for s in subsets if name in s) for name in names}
    assert holm_adjusted(family) == pytest.approx(expected)


def test_holm_counts_a_comparison_that_could_not_be_tested():
    assert holm_adjusted({"a": 0.01, "b": None, "c": 0.04}) == {"a": 0.03, "b": None, "c": 0.08}
    assert holm_adjusted({}) == {}


def test_the_difference_shown_is_the_less_sure_of_both_scales_by_the_t_distribution_of_the_smaller_class():
    generator = np.random.default_rng(4)
    labels = np.array([1] * 12 + [0] * 40, dtype=np.int8)
    first, second = (generator.normal(labels * shift) for shift in (1.5, 0.3))
    plain, shown = paired_delong(labels, first, second), auc_difference(labels, first, second)
    psi = [(scores[labels == 1][:, None] > scores[labels == 0]).astype(float) for scores in (first, second)]
    areas = np.array([each.mean() for each in psi])
    covariance = np.cov([each.mean(axis=1) for each in psi]) / 12 + np.cov([each.mean(axis=0) for each in psi]) / 40
    slopes = np.array([1, -1]) / (areas * (1 - areas))
    odds = areas / (1 - areas)
    on_logit = np.log(odds[0] / odds[1]) / (slopes @ covariance @ slopes) ** 0.5
    assert shown.z == pytest.approx(min(plain.z, on_logit))
    assert shown.p_value == pytest.approx(2 * student.sf(abs(shown.z), 11))
    reach = student.ppf(0.975, 11) * shown.difference.value / shown.z
    ends = shown.difference.value - reach, shown.difference.value + reach
    assert (shown.difference.interval.low, shown.difference.interval.high) == pytest.approx(ends)
    assert shown.difference.interval.method == PAIRED_T
    # The interval leaves 0 out exactly where p is below 5%.
    assert (shown.p_value < 0.05) == (shown.difference.interval.low > 0)


def test_equal_rankings_have_no_interval_and_p_1():
    labels = np.array([1, 0] * 12, dtype=np.int8)
    scores = np.random.default_rng(1).random(24)
    same = auc_difference(labels, scores, scores**3)
    assert (same.difference.value, same.difference.interval, same.p_value) == (0.0, None, 1.0)
