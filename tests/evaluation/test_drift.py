"""CUSUM of answers against results: sums by hand, the false-alarm rate, what is noticed, and a planted leak."""

import numpy as np
import pytest
from scipy.special import expit, logit

from radiogene.errors import CohortError
from radiogene.evaluation.drift import (
    CHANGES,
    FALSE_ALARM_RATE,
    WATCHED,
    Change,
    cusum,
    drift_limits,
    log_likelihood_ratios,
)


def answered(count, seed=0):
    """Probabilities of patients whose answers tell them apart fairly well."""
    return expit(np.random.default_rng(seed).normal(-1.0, 1.2, count))


@pytest.fixture(scope="module")
def limits():
    return drift_limits(answered(200))


def alarmed(limits, labels, probabilities):
    """Which of the series (S, N) raise which alarm (3, S)."""
    charts = cusum(log_likelihood_ratios(labels, probabilities, limits.typical))
    ends = np.array([limits.charts[change].limit for change in CHANGES])
    return (charts >= ends[:, None, None]).any(axis=-1)


def series(seed, count=400):
    """Probabilities (S, 500) of new patients like those of the reference, and uniform numbers."""
    rng = np.random.default_rng(seed)
    return rng.choice(answered(200), (count, WATCHED)), rng.random((count, WATCHED))


def test_the_sums_are_those_by_hand():
    labels, p = np.array([1, 0, 0, 1]), np.array([0.2, 0.5, 0.1, 0.4])
    more, fewer, blind = log_likelihood_ratios(labels, p, 0.3)
    doubled, halved = 2 * p / (1 + p), 0.5 * p / (1 - 0.5 * p)
    for found, other in ((more, doubled), (fewer, halved), (blind, np.full(4, 0.3))):
        expected = np.where(labels == 1, np.log(other / p), np.log((1 - other) / (1 - p)))
        np.testing.assert_allclose(found, expected)
    np.testing.assert_allclose(cusum(np.array([1.0, -3.0, 0.5, 0.25])), [1.0, 0.0, 0.5, 0.75])


def test_models_where_nothing_changed_raise_an_alarm_as_often_as_stated(limits):
    p, chance = series(7, 2000)
    assert alarmed(limits, chance < p, p).any(axis=0).mean() < FALSE_ALARM_RATE
    # Each model's answers are off by what a logistic regression on 200 patients leaves open.
    reference = answered(200)
    weights, odds = reference * (1 - reference), logit(reference)
    information = np.array([[weights.sum(), weights @ odds], [weights @ odds, weights @ odds**2]])
    level, slope = np.random.default_rng(3).multivariate_normal([0, 1], np.linalg.inv(information), 2000).T
    truth = expit(level[:, None] + slope[:, None] * logit(p))
    rate = alarmed(limits, chance < truth, p).any(axis=0).mean()
    assert rate == pytest.approx(FALSE_ALARM_RATE, abs=0.02)
    assert limits.false_alarm_rate == pytest.approx(FALSE_ALARM_RATE, abs=0.002)


@pytest.mark.parametrize(
    ("change", "truth"),
    [
        (Change.MORE, lambda p: expit(logit(p) + np.log(2))),
        (Change.FEWER, lambda p: expit(logit(p) - np.log(2))),
        (Change.BLIND, lambda p: np.full_like(p, answered(200).mean())),
    ],
)
def test_each_change_is_noticed_by_its_own_chart_as_soon_as_stated(limits, change, truth):
    p, chance = series(8)
    labels = chance < truth(p)
    own = CHANGES.index(change)
    charts = cusum(log_likelihood_ratios(labels, p, limits.typical))[own]
    over = charts >= limits.charts[change].limit
    first = np.where(over.any(axis=1), over.argmax(axis=1) + 1, np.inf)
    assert limits.charts[change].delay == pytest.approx(np.median(first), rel=0.15)
    assert over.any(axis=1).mean() == pytest.approx(limits.charts[change].noticed, abs=0.05)


def test_probabilities_of_patients_that_the_model_remembers_give_other_limits_and_their_answers_alarms():
    """The planted leak: in-sample probabilities are overconfident; answers as extreme do not hold for new patients."""
    in_sample = expit(3 * logit(answered(200)))
    p, chance = series(9)
    right, leaking = drift_limits(answered(200)), drift_limits(in_sample)
    assert leaking.charts[Change.MORE].limit != right.charts[Change.MORE].limit
    overconfident = expit(3 * logit(p))
    assert alarmed(leaking, chance < p, overconfident).any(axis=0).mean() > 0.95


def test_answers_that_are_all_alike_raise_no_alarm_of_blindness():
    same = drift_limits(np.full(50, 0.3))
    labels = np.random.default_rng(0).random((20, WATCHED)) < 0.3
    assert not alarmed(same, labels, np.full((20, WATCHED), 0.3))[CHANGES.index(Change.BLIND)].any()
    assert same.charts[Change.BLIND].delay is None


def test_the_order_of_the_reference_changes_nothing_and_few_are_refused(limits):
    again = drift_limits(np.random.default_rng(1).permutation(answered(200)))
    assert again.charts == limits.charts
    with pytest.raises(CohortError, match="20 or more"):
        drift_limits(answered(19))
