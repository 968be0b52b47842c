"""ROC curves: the area is the AUC, the corners are scikit-learn's, the band covers."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn import metrics as reference

from radiogene.errors import CohortError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.intervals import delong_auc
from radiogene.evaluation.roc_curve import roc_curve

FEW = BootstrapSettings(resamples=300)


def simulated(patients, seed, shift=1.0, digits=12):
    """Labels, 30% of them mutant and some unknown, and binormal scores."""
    generator = np.random.default_rng(seed)
    labels = generator.choice([0, 1, -1], patients, p=[0.6, 0.3, 0.1]).astype(np.int8)
    return labels, np.round(generator.normal(shift * (labels == 1)), digits)


@pytest.mark.parametrize("digits", [0, 1, 12])
def test_the_area_is_our_auc_and_the_corners_are_scikit_learns(digits):
    labels, scores = simulated(120, 1, digits=digits)
    found = roc_curve(labels, scores, settings=FEW)
    assert found.area == pytest.approx(delong_auc(labels, scores).value, abs=1e-12)
    known = labels >= 0
    x, y, _ = reference.roc_curve(labels[known], scores[known], drop_intermediate=False)
    # Every point of theirs lies on ours: on a step, between its foot and its top.
    feet = np.interp(-x, -found.false_positive_rate[::-1], found.true_positive_rate[::-1])
    tops = np.interp(x, found.false_positive_rate, found.true_positive_rate)
    assert (feet - 1e-12 <= y).all()
    assert (y <= tops + 1e-12).all()
    assert (found.patients, found.mutants) == (known.sum(), (labels == 1).sum())


@pytest.mark.parametrize("digits", [1, 12])
def test_the_area_of_out_of_fold_predictions_is_the_foldwise_auc(digits):
    labels, scores = simulated(110, 2, digits=digits)
    folds = np.arange(110) % 5
    shifted = scores + 3.0 * folds
    found = roc_curve(labels, shifted, folds, FEW)
    assert found.area == pytest.approx(foldwise_auc(labels, scores, folds, FEW).auc.value, abs=1e-12)
    assert roc_curve(labels, shifted, settings=FEW).area < found.area
    assert "within folds" in found.band.method


def test_the_band_is_that_of_resampling_patients_one_by_one():
    labels, scores = simulated(100, 3)
    known = labels >= 0
    labels, scores = labels[known], scores[known]
    found = roc_curve(labels, scores, settings=BootstrapSettings(resamples=4000))
    generator, resampled = np.random.default_rng(4), []
    for _ in range(1500):
        drawn = generator.integers(0, labels.size, labels.size)
        x, y, _ = reference.roc_curve(labels[drawn], scores[drawn], drop_intermediate=False)
        resampled.append(np.interp([0.1, 0.3, 0.5], x, y))
    low, high = np.quantile(resampled, [0.025, 0.975], axis=0)
    assert found.band.low[[10, 30, 50]] == pytest.approx(low, abs=0.04)
    assert found.band.high[[10, 30, 50]] == pytest.approx(high, abs=0.04)


def test_each_point_of_the_band_covers_the_true_rate():
    rates = np.array([0.1, 0.3, 0.5])
    truth = norm.cdf(1.2 - norm.isf(rates))
    held = np.zeros(3)
    for seed in range(300):
        labels, scores = simulated(130, 500 + seed, shift=1.2)
        band = roc_curve(labels, scores, settings=FEW).band
        held += (band.low[[10, 30, 50]] <= truth) & (truth <= band.high[[10, 30, 50]])
    assert (held / 300 >= 0.90).all()
    assert (held / 300 <= 0.99).all()


def test_perfect_separation_has_a_band_with_a_width():
    labels = np.array([1] * 11 + [0] * 12, dtype=np.int8)
    found = roc_curve(labels, np.linspace(1, 0, 23), settings=FEW)
    assert found.area == pytest.approx(1.0)
    # 11 of 11 mutants: 0.025 is the chance of that at the lower end.
    assert found.band.low[:-1] ** 11 == pytest.approx(np.full(100, 0.025))
    assert found.band.low[-1] == 1.0


def test_what_has_no_curve_says_why():
    found = roc_curve(np.array([0, 0, -1], dtype=np.int8), np.ones(3), settings=FEW)
    assert (found.band, found.false_positive_rate.size) == (None, 0)
    assert "no mutant" in found.reason
    apart = roc_curve(np.array([0, 1], dtype=np.int8), np.ones(2), np.array([0, 1]), FEW)
    assert "no fold holds both" in apart.to_json()["reason"]
    with pytest.raises(CohortError, match="2 labels, 3 probabilities"):
        roc_curve(np.array([0, 1], dtype=np.int8), np.ones(3))
