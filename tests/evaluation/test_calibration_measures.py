"""Brier, slope, intercepts and ECE against scikit-learn and scipy, and their behaviour at the edges."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss

from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.calibration_error import calibration_error
from radiogene.evaluation.calibration_measures import calibration_measures
from radiogene.evaluation.logistic_recalibration import intercepts_and_slopes

FEW = BootstrapSettings(resamples=300)


def simulated(patients, seed, slope=1.0, shift=0.0):
    """Probabilities, and labels whose log odds are shift + slope x theirs."""
    generator = np.random.default_rng(seed)
    log_odds = generator.normal(-1.0, 1.2, patients)
    labels = (generator.random(patients) < expit(shift + slope * log_odds)).astype(np.int8)
    return labels, expit(log_odds)


@pytest.mark.parametrize("seed", range(4))
def test_point_estimates_equal_scikit_learn_and_scipy(seed):
    labels, probabilities = simulated(150, seed, slope=0.6, shift=0.4)
    found = calibration_measures(np.append(labels, -1).astype(np.int8), np.append(probabilities, 0.99), FEW)
    log_odds = logit(probabilities)
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(log_odds[:, None], labels)
    assert found.slope.value == pytest.approx(model.coef_[0, 0], abs=1e-5)
    assert found.intercept.value == pytest.approx(model.intercept_[0], abs=1e-5)
    level = brentq(lambda a: (labels - expit(a + log_odds)).sum(), -10, 10)
    assert found.in_the_large.value == pytest.approx(level, abs=1e-7)
    assert found.brier.value == pytest.approx(brier_score_loss(labels, probabilities))
    assert found.observed_expected.value == pytest.approx(labels.sum() / probabilities.sum())
    assert found.observed_expected.interval.low < found.observed_expected.value < found.observed_expected.interval.high
    assert found.cut_probabilities == 0


@pytest.mark.parametrize("seed", range(4))
def test_ece_equals_scikit_learns_quantile_curve(seed):
    labels, probabilities = simulated(150, seed)
    found = calibration_error(labels, probabilities, FEW)
    observed, predicted = calibration_curve(labels, probabilities, n_bins=10, strategy="quantile")
    # 150 patients without ties: 15 in each of 10 bins.
    assert found.plain == pytest.approx(np.abs(observed - predicted).mean())
    assert found.bins == 10


def test_ece_keeps_equal_probabilities_together():
    labels = np.array([1, 1, 0, 0, 0, 0], dtype=np.int8)
    found = calibration_error(labels, np.array([0.5, 0.5, 0.5, 0.2, 0.2, 0.2]), FEW)
    assert found.bins == 2
    assert found.plain == pytest.approx(0.5 * abs(2 / 3 - 0.5) + 0.5 * 0.2)


def test_ece_of_true_probabilities_is_not_called_an_error():
    """Its interval holds 0, its plain value is what chance gives, and freed of that it is near 0."""
    held, ratios, freed = 0, [], []
    for seed in range(100):
        found = calibration_error(*simulated(160, seed), BootstrapSettings(resamples=200, seed=seed))
        held += found.error.interval.low == 0.0
        ratios.append(found.plain / found.expected_if_calibrated)
        freed.append(found.error.value)
        assert found.error.interval.low <= found.error.value <= found.error.interval.high
    assert held >= 90
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.06)
    assert np.median(freed) < 0.02
    assert np.mean(freed) < 0.04


def test_ece_interval_holds_a_true_error_that_the_plain_figure_overstates():
    # Labels half as steep as predicted; the error of 10 million patients stands for the truth.
    wide = expit(np.random.default_rng(0).normal(-1.0, 1.2, 1_000_000))
    truth = np.abs(wide - expit(0.4 * logit(wide))).mean()
    held, plain, freed = 0, [], []
    for seed in range(100):
        found = calibration_error(*simulated(120, seed, slope=0.4), BootstrapSettings(resamples=200, seed=seed))
        held += found.error.interval.low <= truth <= found.error.interval.high
        plain.append(found.plain)
        freed.append(found.error.value)
    assert np.mean(plain) > truth + 0.01
    assert abs(np.mean(freed) - truth) < abs(np.mean(plain) - truth) / 2
    assert held >= 85


def test_slope_interval_covers_the_truth():
    held = {"slope": 0, "in_the_large": 0}
    for seed in range(150):
        found = calibration_measures(*simulated(150, seed, slope=0.7, shift=0.0), FEW)
        held["slope"] += found.slope.interval.low <= 0.7 <= found.slope.interval.high
    assert held["slope"] >= 135


def test_weights_are_repetitions():
    labels, probabilities = simulated(60, 3)
    counts = np.random.default_rng(1).multinomial(60, np.full(60, 1 / 60), size=20)
    at_once = intercepts_and_slopes(logit(probabilities), labels, counts.astype(float))
    for row, count in zip(at_once, counts, strict=True):
        drawn = np.repeat(np.arange(60), count)
        model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(
            logit(probabilities)[drawn, None], labels[drawn]
        )
        assert row == pytest.approx([model.intercept_[0], model.coef_[0, 0]], abs=1e-4)


def test_edges_have_reasons_instead_of_numbers():
    labels = np.array([1, 1, 1, 0, 0, 0, 0, 0], dtype=np.int8)
    separated = calibration_measures(labels, np.array([0.9, 0.8, 0.7, 0.4, 0.3, 0.2, 0.1, 0.05]), FEW)
    assert separated.slope.value is separated.intercept.value is None
    assert "separates" in separated.slope.reason
    assert separated.in_the_large.value is not None
    constant = calibration_measures(labels, np.full(8, 0.375), FEW)
    assert constant.slope.value is None
    assert "all probabilities are equal" in constant.slope.reason
    assert constant.in_the_large.value == pytest.approx(0.0, abs=1e-9)
    one_class = calibration_measures(np.zeros(8, dtype=np.int8), np.linspace(0.1, 0.8, 8), FEW)
    assert one_class.brier.value == pytest.approx((np.linspace(0.1, 0.8, 8) ** 2).mean())
    assert "no mutant" in one_class.in_the_large.reason
    nobody = calibration_measures(np.full(3, -1, dtype=np.int8), np.full(3, 0.5), FEW)
    assert nobody.brier.value is nobody.error.error.value is None


def test_votes_of_0_and_1_are_cut_and_counted():
    labels, probabilities = simulated(100, 5)
    votes = np.clip(np.round(probabilities * 1.6 - 0.3, 1), 0, 1)
    found = calibration_measures(labels, votes, FEW)
    assert found.cut_probabilities == int(np.isin(votes, (0.0, 1.0)).sum()) > 10
    assert np.isfinite(found.slope.value)
