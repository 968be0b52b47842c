"""The paired test of two fold-wise AUCs: by resampling, against DeLong, and how often it errs."""

import numpy as np
import pytest

from radiogene.errors import CohortError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.comparison import paired_delong
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.foldwise_comparison import foldwise_comparison

FEW = BootstrapSettings(resamples=400)


def two_systems(patients, seed, better=0.0):
    """Labels and two correlated scores, the second shifted further by `better`; folds of five."""
    generator = np.random.default_rng(seed)
    labels = (generator.random(patients) < 0.3).astype(np.int8)
    shared = generator.normal(labels * 1.0)
    first, second = (shared + generator.normal(labels * gain, size=patients) for gain in (0.0, better))
    return labels, first, second, np.arange(patients) % 5


def test_the_difference_is_that_of_the_foldwise_aucs():
    labels, first, second, folds = two_systems(120, 1)
    first, second = np.round(first), np.round(second, 1)
    labels[:9] = -1
    found = foldwise_comparison(labels, first, second, folds, folds, FEW)
    areas = [foldwise_auc(labels, scores, folds, FEW).auc.value for scores in (first, second)]
    assert found.difference.value == pytest.approx(areas[0] - areas[1])
    turned = foldwise_comparison(labels, second, first, folds, folds, FEW)
    assert turned.difference.value == -found.difference.value
    assert (turned.z, turned.p_value) == (pytest.approx(-found.z), pytest.approx(found.p_value))


def test_interval_and_standard_error_equal_resampling_patients_within_folds():
    labels, first, second, folds = two_systems(100, 2, better=0.6)
    found = foldwise_comparison(labels, first, second, folds, folds, BootstrapSettings(resamples=6000))
    generator, resampled = np.random.default_rng(3), []
    for _ in range(1500):
        right, pairs = np.zeros(2), 0
        for fold in range(5):
            drawn = generator.choice(np.flatnonzero(folds == fold), (folds == fold).sum())
            x, y = (drawn[labels[drawn] == wanted] for wanted in (1, 0))
            right += [(scores[x][:, None] > scores[y]).sum() for scores in (first, second)]
            pairs += x.size * y.size
        resampled.append((right[0] - right[1]) / pairs)
    interval = found.difference.interval
    assert (interval.low, interval.high) == pytest.approx(tuple(np.quantile(resampled, [0.025, 0.975])), abs=0.015)
    assert found.difference.value / found.z == pytest.approx(np.std(resampled), rel=0.08)
    assert "conditional on the fitted models" in interval.method


@pytest.mark.parametrize("seed", range(3))
def test_with_a_single_fold_it_is_nearly_delongs_test(seed):
    # An independent formula for the same question, equal in large cohorts.
    labels, first, second, _ = two_systems(400, 10 + seed, better=0.3)
    one = np.zeros(400, dtype=np.int64)
    found = foldwise_comparison(labels, first, second, one, one, BootstrapSettings(resamples=4000))
    expected = paired_delong(labels, first, second)
    assert found.difference.value == pytest.approx(expected.difference.value)
    assert found.z == pytest.approx(expected.z, rel=0.06)


def test_equal_systems_are_told_apart_in_about_5_percent_of_cohorts():
    found = 0
    for seed in range(400):
        labels, first, second, folds = two_systems(100, 1000 + seed)
        found += foldwise_comparison(labels, first, second, folds, folds, FEW).p_value < 0.05
    assert 0.02 <= found / 400 <= 0.08


def test_equal_rankings_are_no_evidence_and_one_class_is_no_test():
    labels, first, _, folds = two_systems(60, 5)
    same = foldwise_comparison(labels, first, first * 2 + 1, folds, folds, FEW)
    assert (same.difference.value, same.z, same.p_value) == (0.0, None, 1.0)
    nothing = foldwise_comparison(np.zeros(60, dtype=np.int8), first, first, folds, folds, FEW)
    assert (nothing.difference.value, nothing.p_value) == (None, None)
    assert "no mutant" in nothing.difference.reason


def test_other_folds_and_other_patients_are_refused():
    labels, first, second, folds = two_systems(60, 6)
    other = folds.copy()
    other[:2] = other[:2][::-1]
    with pytest.raises(CohortError, match="2 of 60 patients were held out in another fold"):
        foldwise_comparison(labels, first, second, folds, other, FEW)
    with pytest.raises(CohortError, match="same patients: found 60 labels, 60 and 59"):
        foldwise_comparison(labels, first, second[1:], folds, folds, FEW)
