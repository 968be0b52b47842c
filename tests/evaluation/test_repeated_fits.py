"""The corrected variance: a published worked example, the formula by hand, and what it is for."""

import numpy as np
import pytest
from scipy.stats import t as student
from sklearn.datasets import make_moons
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.svm import SVC

from radiogene.errors import CohortError, SettingsError
from radiogene.evaluation.repeated_fits import (
    FoldScores,
    corrected_auc,
    corrected_auc_difference,
    corrected_mean,
    fold_areas,
    seed_spread,
)


def test_scikit_learns_worked_example():
    # "Statistical comparison of models using grid search" in its gallery: corrected t-value 0.750, one-sided p 0.227.
    x, y = make_moons(noise=0.352, random_state=1, n_samples=100)
    splits = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    areas = [cross_val_score(SVC(kernel=k), x, y, cv=splits, scoring="roc_auc") for k in ("rbf", "linear")]
    found = corrected_mean((areas[0] - areas[1]).reshape(10, 10))
    assert round(found.t, 3) == 0.750
    # Its p has 99 degrees of freedom, ours the 9 of one repeat.
    assert round(student.sf(found.t, 99), 3) == 0.227
    assert found.p_value == pytest.approx(2 * student.sf(found.t, 9))
    assert (found.folds, found.folds_left_out) == (100, 0)


def test_by_hand():
    # 5 folds once: the variance 0.00025 times 1/5 + 1/4, 4 degrees of freedom.
    found = corrected_mean(np.array([[0.70, 0.71, 0.72, 0.73, 0.74]]))
    error = (0.00025 * 0.45) ** 0.5
    reach = 2.7764451 * error
    assert found.mean.value == pytest.approx(0.72)
    assert found.mean.interval.low == pytest.approx(0.72 - reach)
    assert found.mean.interval.high == pytest.approx(0.72 + reach)
    assert found.t == pytest.approx(0.72 / error)


def test_repeats_do_not_buy_certainty():
    # The variance of the mean of ever more repeats ends at 1 / (K - 1) of that of a fold, and not at 0; the degrees of
    # freedom stay those of one repeat.
    generator = np.random.default_rng(1)
    widths = []
    for repeats in (1, 10, 1000):
        interval = corrected_mean(generator.normal(0.7, 0.1, (repeats, 5))).mean.interval
        widths.append(interval.high - interval.low)
    assert widths[2] == pytest.approx(2 * student.ppf(0.975, 4) * 0.1 / 2, rel=0.03)


def classified_rightly(cohort, labels, folds):
    """Accuracy of each fold when the nearer of the two class means, fitted on the others, is called."""
    shares = []
    for number in np.unique(folds):
        held = folds == number
        means = np.stack([cohort[~held & (labels == c)].mean(axis=0) for c in (0, 1)])
        distance = ((cohort[held][:, None] - means) ** 2).sum(axis=2)
        shares.append((distance.argmin(axis=1) == labels[held]).mean())
    return shares


def test_the_interval_covers_where_that_of_independent_folds_does_not():
    generator = np.random.default_rng(2)

    def drawn(patients):
        labels = np.arange(patients) % 2
        return generator.normal(0.4 * labels[:, None], size=(patients, 5)), labels

    # What a fit on 48 of 60 patients reaches on average, from many cohorts with one held-out part each.
    truth = np.mean([classified_rightly(*drawn(600), np.arange(600) // 48 > 0)[1] for _ in range(300)])
    corrected, naive, simulations = 0, 0, 250
    for _ in range(simulations):
        cohort, labels = drawn(60)
        runs = []
        for _ in range(5):
            order = generator.permutation(30)
            runs.append(classified_rightly(cohort, labels, np.concatenate([order % 5, order % 5])))
        values = np.array(runs)
        interval = corrected_mean(values).mean.interval
        corrected += interval.low <= truth <= interval.high
        reach = student.ppf(0.975, 24) * values.std(ddof=1) / 5
        naive += abs(values.mean() - truth) <= reach
    assert naive / simulations < 0.75
    assert corrected / simulations > naive / simulations + 0.15


def test_the_areas_of_folds_are_scikit_learns():
    generator = np.random.default_rng(3)
    labels = generator.choice([0, 1, -1], 60, p=[0.5, 0.4, 0.1]).astype(np.int8)
    scores, folds = np.round(generator.random(60), 1), np.arange(60) % 4
    labels[folds == 2] = 0
    found = fold_areas(labels, scores, folds)
    for fold in (0, 1, 3):
        own = (folds == fold) & (labels >= 0)
        assert found[fold] == pytest.approx(roc_auc_score(labels[own], scores[own]))
    assert np.isnan(found[2])


def test_what_cannot_be_said():
    left_out = corrected_mean(np.array([[0.7, np.nan, 0.8]]))
    assert (left_out.folds, left_out.folds_left_out) == (2, 1)
    equal = corrected_mean(np.full((2, 3), 0.5))
    assert (equal.mean.value, equal.mean.interval, equal.p_value) == (0.5, None, None)
    assert "does not differ" in equal.mean.reason
    assert corrected_mean(np.full((2, 3), np.nan)).mean.value is None
    with pytest.raises(CohortError, match="at least 1 x 2"):
        corrected_mean(np.zeros((3, 1)))


def test_mean_lowest_and_highest():
    found = seed_spread([0.7, 0.8, 0.75])
    assert (found.mean, found.lowest, found.highest, found.seeds) == (pytest.approx(0.75), 0.7, 0.8, 3)
    content = found.to_json()
    assert "not a confidence interval" in content["kind"]
    assert "interval" not in content


def test_equal_seeds_have_no_spread_not_even_by_rounding():
    found = seed_spread([0.1] * 3)
    assert found.lowest == found.mean == found.highest == 0.1


@pytest.mark.parametrize("values", [[], [0.7, float("nan")]])
def test_a_seed_without_a_figure_is_refused(values):
    with pytest.raises(SettingsError, match="a number for each seed, was expected"):
        seed_spread(values)


def repeats_of(labels, shift, seed, repeats=3):
    """Cross-validations of five folds, in which scores of mutants are shifted."""
    generator = np.random.default_rng(seed)
    found = []
    for repeat in range(repeats):
        folds = np.random.default_rng(repeat).permutation(labels.size) % 5
        found.append(FoldScores(generator.normal(shift * (labels == 1)), folds))
    return found


LABELS = np.array([1, 0, 0, 1, 0] * 20 + [-1] * 5, dtype=np.int8)


def test_the_auc_of_a_training_cohort_is_the_mean_over_folds_and_repeats():
    repeats = repeats_of(LABELS, 1.0, 1)
    found = corrected_auc(LABELS, repeats)
    areas = [
        roc_auc_score(LABELS[own], each.scores[own])
        for each in repeats
        for fold in range(5)
        for own in [(each.folds == fold) & (LABELS >= 0)]
    ]
    assert found.value == pytest.approx(np.mean(areas))
    error = (np.var(areas, ddof=1) * (1 / 15 + 1 / 4)) ** 0.5
    assert found.interval.low == pytest.approx(np.mean(areas) - student.ppf(0.975, 4) * error)
    assert found.interval.high <= 1.0


def test_a_nearly_perfect_auc_does_not_leave_the_scale():
    found = corrected_auc(LABELS, repeats_of(LABELS, 3.5, 2))
    assert found.value < found.interval.high == 1.0


def test_the_difference_is_that_of_both_on_the_same_folds():
    first, second = repeats_of(LABELS, 1.5, 3), repeats_of(LABELS, 0.2, 4)
    found = corrected_auc_difference(LABELS, first, second)
    areas = [corrected_auc(LABELS, each).value for each in (first, second)]
    assert found.difference.value == pytest.approx(areas[0] - areas[1])
    turned = corrected_auc_difference(LABELS, second, first)
    assert (turned.difference.value, turned.p_value) == (-found.difference.value, pytest.approx(found.p_value))
    assert found.p_value == pytest.approx(2 * student.sf(abs(found.difference.value / found.error), 4))
    same = corrected_auc_difference(LABELS, first, first)
    assert (same.difference.value, same.difference.interval, same.p_value) == (0.0, None, 1.0)


def test_few_mutants_give_a_point_and_one_class_nothing():
    few = np.where(np.cumsum(LABELS == 1) > 9, 0, LABELS).astype(np.int8)
    area = corrected_auc(few, repeats_of(few, 1.0, 5))
    difference = corrected_auc_difference(few, repeats_of(few, 1.0, 5), repeats_of(few, 0.0, 6))
    for measure in (area, difference.difference):
        assert measure.value is not None
        assert measure.interval is None
        assert "9 mutants" in measure.reason
    assert difference.p_value is None
    none = np.zeros(20, dtype=np.int8)
    assert "no mutant" in corrected_auc(none, repeats_of(none, 0.0, 7)).reason


def test_a_fold_of_one_class_is_left_out():
    (repeat,) = repeats_of(LABELS, 1.0, 8, repeats=1)
    labels = np.where(repeat.folds == 2, 0, LABELS).astype(np.int8)
    areas = fold_areas(labels, repeat.scores, repeat.folds)
    assert corrected_auc(labels, [repeat]).value == pytest.approx(np.nanmean(areas))


def test_other_folds_other_patients_and_other_repeats_are_refused():
    first, second = repeats_of(LABELS, 1.0, 9), repeats_of(LABELS, 0.0, 10)
    with pytest.raises(CohortError, match="same repeats: found 3 cross-validations of one system and 2"):
        corrected_auc_difference(LABELS, first, second[1:])
    moved = second[0].folds.copy()
    moved[[0, 1]] = (moved[[0, 1]] + 1) % 5
    with pytest.raises(CohortError, match="same folds: 2 of 105 patients"):
        corrected_auc_difference(LABELS, first, [FoldScores(second[0].scores, moved), *second[1:]])
    with pytest.raises(CohortError, match="same patients: found 105 and 104"):
        corrected_auc_difference(LABELS, first[:1], [FoldScores(second[0].scores[1:], moved[1:])])
    with pytest.raises(CohortError, match="score nan at position 4"):
        corrected_auc(LABELS, [FoldScores(np.where(np.arange(105) == 4, np.nan, 0.5), moved)])
