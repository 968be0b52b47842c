"""The fold-wise AUC of a training cohort (method.md section 6)."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from radiogene.errors import CohortError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.foldwise import FOLDWISE_BOOTSTRAP, foldwise_auc

FEW = BootstrapSettings(resamples=400)


@pytest.fixture
def cohort():
    """Labels with unknown ones, probabilities with ties, and folds of 120 patients."""
    generator = np.random.default_rng(11)
    folds = np.arange(120) % 5
    labels = generator.choice([0, 1, -1], 120, p=[0.6, 0.3, 0.1]).astype(np.int8)
    probabilities = np.round(np.clip(generator.normal(0.4 + 0.15 * (labels == 1), 0.15), 0, 1), 2)
    return labels, probabilities, folds


def test_is_the_mean_of_the_folds_weighted_by_pairs(cohort):
    labels, probabilities, folds = cohort
    areas, pairs = [], []
    for fold in range(5):
        own = (folds == fold) & (labels >= 0)
        areas.append(roc_auc_score(labels[own], probabilities[own]))
        pairs.append(int((labels[own] == 1).sum() * (labels[own] == 0).sum()))
    found = foldwise_auc(labels, probabilities, folds, FEW)
    assert found.auc.value == pytest.approx(np.average(areas, weights=pairs))
    assert (found.pairs, found.folds, found.folds_without_pairs) == (sum(pairs), 5, ())
    assert found.auc.interval.method == FOLDWISE_BOOTSTRAP
    assert "conditional on the fitted models" in FOLDWISE_BOOTSTRAP


def test_interval_equals_resampling_patients_within_folds(cohort):
    labels, probabilities, folds = cohort
    found = foldwise_auc(labels, probabilities, folds, BootstrapSettings(resamples=6000)).auc.interval
    generator = np.random.default_rng(12)
    resampled = []
    for _ in range(1500):
        right = pairs = 0.0
        for fold in range(5):
            own = np.flatnonzero((folds == fold) & (labels >= 0))
            drawn = generator.choice(own, own.size)
            x, y = (probabilities[drawn][labels[drawn] == wanted] for wanted in (1, 0))
            right += (x[:, None] > y).sum() + 0.5 * (x[:, None] == y).sum()
            pairs += x.size * y.size
        resampled.append(right / pairs)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(resampled, [0.025, 0.975])), abs=0.012)


def test_scores_of_different_models_are_not_compared(cohort):
    labels, probabilities, folds = cohort
    shifted = 0.2 * probabilities + 0.2 * folds
    assert foldwise_auc(labels, shifted, folds, FEW).auc == foldwise_auc(labels, probabilities, folds, FEW).auc
    assert roc_auc_score(labels[labels >= 0], shifted[labels >= 0]) < foldwise_auc(labels, shifted, folds).auc.value


def test_a_model_that_knows_only_the_prevalence_is_at_one_half_though_its_pooled_auc_is_below():
    # Each fold is predicted by the share of mutants in the others: fewer there, more here.
    generator = np.random.default_rng(13)
    labels, folds = (generator.random(100) < 0.3).astype(np.int8), np.arange(100) % 10
    predicted = np.array([labels[folds != fold].mean() for fold in folds])
    assert roc_auc_score(labels, predicted) < 0.4
    found = foldwise_auc(labels, predicted, folds, FEW)
    assert found.auc.value == 0.5
    assert found.auc.interval is None
    assert "same in every resample" in found.auc.reason


def test_permuted_labels_average_to_one_half(cohort):
    labels, probabilities, folds = cohort
    generator = np.random.default_rng(14)
    areas = [
        foldwise_auc(generator.permutation(labels), probabilities, folds, BootstrapSettings(resamples=2)).auc.value
        for _ in range(100)
    ]
    assert np.mean(areas) == pytest.approx(0.5, abs=0.02)


def test_unknown_labels_change_nothing(cohort):
    labels, probabilities, folds = cohort
    known = labels >= 0
    assert foldwise_auc(labels, probabilities, folds, FEW) == foldwise_auc(
        labels[known], probabilities[known], folds[known], FEW
    )


def test_folds_with_one_class_have_no_pairs():
    labels = np.array([1, 0, 1, 0, 0, 0, 0], dtype=np.int8)
    found = foldwise_auc(labels, np.linspace(1, 0, 7), np.array([0, 0, 0, 0, 4, 4, 4]), FEW)
    assert (found.auc.value, found.folds, found.folds_without_pairs, found.pairs) == (0.75, 1, (4,), 4)
    nothing = foldwise_auc(labels, np.linspace(1, 0, 7), np.arange(7), FEW)
    assert (nothing.auc.value, nothing.pairs) == (None, 0)
    assert "no fold holds both" in nothing.auc.reason


def test_arrays_must_belong_together():
    with pytest.raises(CohortError, match="3 labels, 3 probabilities and 2 fold numbers"):
        foldwise_auc(np.zeros(3, dtype=np.int8), np.zeros(3), np.zeros(2, dtype=np.int64))
