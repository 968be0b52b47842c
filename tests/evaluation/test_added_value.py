"""What one model adds to another: equal to its parts computed alone, and honest where nothing is added."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import log_loss

from radiogene.evaluation.added_value import added_value
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.comparison import auc_difference
from radiogene.evaluation.decision_curve import decision_curve
from radiogene.evaluation.foldwise_comparison import foldwise_comparison

FEW = BootstrapSettings(resamples=400)


def patients(count=300, effect=1.0, seed=1):
    """Labels, probabilities with and without what the image shows, and folds."""
    rng = np.random.default_rng(seed)
    clinical, image = rng.standard_normal((2, count))
    labels = (rng.random(count) < expit(-1 + clinical + effect * image)).astype(np.int8)
    return labels, expit(-1 + clinical + effect * image), expit(-1 + clinical), rng.permutation(count) % 5


def test_values_equal_those_of_the_parts():
    labels, one, other, folds = patients()
    labels[:7] = -1
    known = labels >= 0
    found = added_value(labels, one, other, 0.25, settings=FEW)
    losses = [log_loss(labels[known], each[known]) for each in (one, other)]
    assert found.log_likelihood.value == pytest.approx(losses[1] - losses[0], abs=1e-12)
    curves = [decision_curve(labels[known], each[known]) for each in (one, other)]
    at = int(np.argmin(np.abs(curves[0].thresholds - 0.25)))
    assert found.net_benefit.value == pytest.approx(curves[0].net_benefit[at] - curves[1].net_benefit[at], abs=1e-12)
    assert found.auc == auc_difference(labels, one, other).difference
    within = added_value(labels, one, other, 0.25, folds, settings=FEW)
    assert within.auc == foldwise_comparison(labels, one, other, folds, folds, FEW).difference
    assert within.log_likelihood.value == found.log_likelihood.value
    assert (found.patients, found.mutants) == (293, int((labels == 1).sum()))


def test_equal_models_add_nothing():
    labels, one, _, folds = patients()
    for of in (None, folds):
        found = added_value(labels, one, one, 0.25, of, settings=FEW)
        assert (found.auc.value, found.log_likelihood.value, found.net_benefit.value) == (0.0, 0.0, 0.0)
        assert not found.is_shown


def test_one_class_gives_reasons():
    found = added_value(np.ones(5, dtype=np.int8), np.full(5, 0.5), np.full(5, 0.4), 0.3, settings=FEW)
    assert found.log_likelihood.value is None
    assert found.log_likelihood.reason
    assert found.to_json()["shown"] is False


@pytest.mark.slow
def test_intervals_of_log_likelihood_and_net_benefit_hold_the_truth():
    # The truth by half a million patients of the same two models.
    labels, one, other, _ = patients(500_000, seed=99)
    likelihood = log_loss(labels, other) - log_loss(labels, one)
    weight = 0.25 / 0.75
    gain = [np.mean((p >= 0.25) * np.where(labels == 1, 1, -weight)) for p in (one, other)]
    held = np.zeros(2)
    for seed in range(200):
        found = added_value(*patients(120, seed=seed)[:3], 0.25, settings=FEW)
        for k, (measure, truth) in enumerate(
            ((found.log_likelihood, likelihood), (found.net_benefit, gain[0] - gain[1]))
        ):
            held[k] += measure.interval.low <= truth <= measure.interval.high
    # 95% of 200 has an SD of 1.5 points.
    assert (held / 200 >= 0.90).all()
