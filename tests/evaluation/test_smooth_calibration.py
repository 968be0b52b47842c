"""The smooth calibration curve against statsmodels, what it finds where probabilities are wrong, and its gate."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit, logit

from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.smooth_calibration import (
    ALL_EQUAL,
    KNOT_QUANTILES,
    LINE,
    NO_FIT,
    SPLINE,
    smooth_calibration,
)

FEW = BootstrapSettings(resamples=200)


def simulated(patients, seed, bend=0.0, slope=1.0):
    """Probabilities, and labels whose log odds are slope x theirs + bend x their square."""
    generator = np.random.default_rng(seed)
    log_odds = generator.normal(-0.5, 1.2, patients)
    labels = (generator.random(patients) < expit(slope * log_odds + bend * log_odds**2)).astype(np.int8)
    return labels, expit(log_odds)


def test_the_curve_is_that_of_statsmodels():
    labels, probabilities = simulated(150, 1, bend=0.3)
    found = smooth_calibration(np.append(labels, -1).astype(np.int8), np.append(probabilities, 0.5), FEW)
    x = logit(probabilities)
    t1, t2, t3 = np.quantile(x, KNOT_QUANTILES)

    def design(values):
        # Harrell's formula, not standardised.
        cubes = [np.maximum(values - knot, 0) ** 3 for knot in (t1, t2, t3)]
        spline = cubes[0] - cubes[1] * (t3 - t1) / (t3 - t2) + cubes[2] * (t2 - t1) / (t3 - t2)
        return np.column_stack([np.ones_like(values), values, spline])

    fit = sm.GLM(labels, design(x), family=sm.families.Binomial()).fit()
    assert found.share == pytest.approx(fit.predict(design(logit(found.probability))), abs=1e-6)
    assert (found.method, found.patients, found.mutants) == (SPLINE, 150, int(labels.sum()))
    assert (found.probability[0], found.probability[-1]) == pytest.approx((probabilities.min(), probabilities.max()))
    assert np.all(found.band.low <= found.share)
    assert np.all(found.share <= found.band.high)


def test_a_bent_curve_is_found_bent_and_true_probabilities_straight():
    bent = smooth_calibration(*simulated(2000, 2, bend=0.4), FEW)
    true = expit(logit(bent.probability) + 0.4 * logit(bent.probability) ** 2)
    inner = (bent.probability > 0.1) & (bent.probability < 0.8)
    assert np.abs(bent.share - true)[inner].max() < 0.06
    straight = smooth_calibration(*simulated(2000, 3), FEW)
    inner = (straight.probability > 0.1) & (straight.probability < 0.8)
    assert np.abs(straight.share - straight.probability)[inner].max() < 0.06


def test_the_band_is_as_wide_as_the_curve_varies():
    """Over 40 cohorts of 120 the band holds the truth at a probability of 0.4 about as often as it says."""
    held = 0
    for seed in range(40):
        found = smooth_calibration(*simulated(120, 100 + seed), BootstrapSettings(resamples=80))
        point = int(np.argmin(np.abs(found.probability - 0.4)))
        held += found.band.low[point] <= found.probability[point] <= found.band.high[point]
    assert held >= 34


def test_few_events_leave_the_curve_without_a_band():
    labels = np.array([1] * 9 + [0] * 40, dtype=np.int8)
    probabilities = np.linspace(0.9, 0.1, 49) + np.random.default_rng(4).normal(0, 0.03, 49)
    probabilities[[3, 30]] = probabilities[[30, 3]]
    found = smooth_calibration(labels, probabilities, FEW)
    assert found.share.size
    assert found.band is None
    assert "9 mutants and 40 wild types" in found.band_reason


@pytest.mark.parametrize(
    ("labels", "probabilities", "reason"),
    [
        ([1, 1, 0, 0], [0.5, 0.5, 0.5, 0.5], ALL_EQUAL),
        ([1] * 12 + [0] * 12, np.r_[np.linspace(0.7, 0.9, 12), np.linspace(0.1, 0.3, 12)], NO_FIT),
        ([0, 0, 0], [0.1, 0.2, 0.3], "no mutant among the patients with a known label"),
    ],
)
def test_where_there_is_no_curve_the_reason_is_given(labels, probabilities, reason):
    found = smooth_calibration(np.array(labels, dtype=np.int8), np.array(probabilities), FEW)
    assert (found.reason, found.share.size) == (reason, 0)
    assert found.to_json()["reason"] == reason


def test_two_different_probabilities_give_a_line():
    labels = np.array([1, 0, 0, 0] * 5 + [1, 1, 0, 1] * 5, dtype=np.int8)
    found = smooth_calibration(labels, np.repeat([0.2, 0.6], 20), FEW)
    assert found.method == LINE
    assert (found.share[0], found.share[-1]) == pytest.approx((0.25, 0.75))
