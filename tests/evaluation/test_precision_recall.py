"""Precision, recall and average precision against scikit-learn; what the interval covers."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import average_precision_score, precision_recall_curve

from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.precision_recall import precision_recall

FEW = BootstrapSettings(resamples=300)


def simulated(patients, seed, share=0.2, shift=1.2):
    """Labels with that share of mutants, whose scores are shifted up."""
    generator = np.random.default_rng(seed)
    labels = (generator.random(patients) < share).astype(np.int8)
    return labels, expit(generator.normal(shift * labels - 1))


@pytest.mark.parametrize("digits", [1, 12])
def test_equals_scikit_learn(digits):
    labels, probabilities = simulated(150, 1)
    probabilities = np.round(probabilities, digits)
    found = precision_recall(np.append(labels, -1).astype(np.int8), np.append(probabilities, 0.99), FEW)
    precision, recall, thresholds = precision_recall_curve(labels, probabilities)
    assert found.average_precision.value == pytest.approx(average_precision_score(labels, probabilities))
    assert found.thresholds == pytest.approx(thresholds[::-1])
    # scikit-learn puts the point (0, 1), where nobody is called, at the end of its lists.
    assert found.recall == pytest.approx(recall[-2::-1])
    assert found.precision == pytest.approx(precision[-2::-1])
    assert found.prevalence == labels.mean()


def test_the_interval_is_that_of_resampling_patients_one_by_one():
    labels, probabilities = simulated(120, 2)
    probabilities = np.round(probabilities, 2)
    found = precision_recall(labels, probabilities, BootstrapSettings(resamples=5000)).average_precision.interval
    generator = np.random.default_rng(3)
    drawn = [generator.integers(0, labels.size, labels.size) for _ in range(1500)]
    resampled = [average_precision_score(labels[d], probabilities[d]) for d in drawn]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(resampled, [0.025, 0.975])), abs=0.02)


def test_a_model_that_tells_nobody_apart_is_at_the_prevalence():
    labels, _ = simulated(100, 4)
    found = precision_recall(labels, np.full(100, 0.4), FEW)
    assert found.average_precision.value == pytest.approx(found.prevalence)
    assert found.recall.tolist() == [1.0]


def test_the_interval_covers_rather_little_and_errs_upwards():
    # Documented: 0.91 to 0.93 in place of 0.95, as the estimate itself lies above the truth.
    _, many = simulated(200_000, 5)
    truth = average_precision_score(simulated(200_000, 5)[0], many)
    held, above = 0, 0
    for seed in range(300):
        labels, probabilities = simulated(120, 100 + seed)
        interval = precision_recall(labels, probabilities, FEW).average_precision.interval
        held += interval.low <= truth <= interval.high
        above += interval.low > truth
    assert 0.88 <= held / 300 <= 0.97
    assert above > 300 - held - above


def test_without_a_class_there_is_a_reason():
    found = precision_recall(np.zeros(9, dtype=np.int8), np.linspace(0, 1, 9), FEW)
    assert (found.average_precision.value, found.prevalence) == (None, 0.0)
    assert "no mutant" in found.average_precision.reason
    assert precision_recall(np.full(3, -1, dtype=np.int8), np.ones(3), FEW).to_json()["prevalence"] is None
