"""Differences of net benefit: by hand, paired, gated, and an interval that holds."""

import numpy as np
import pytest
from scipy.special import expit

from radiogene.errors import SettingsError
from radiogene.evaluation.added_value import added_value
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.decision_curve import decision_curve
from radiogene.evaluation.net_benefit_difference import net_benefit_differences

FEW = BootstrapSettings(resamples=300)


def cohort(patients, seed, strengths=(1.5, 0.5)):
    """Labels and the true probabilities of two systems that see more and less."""
    generator = np.random.default_rng(seed)
    parts = generator.normal(size=(2, patients))
    log_odds = -1.0 + strengths[0] * parts[0] + strengths[1] * parts[1]
    labels = (generator.random(patients) < expit(log_odds)).astype(np.int8)
    return labels, expit(log_odds), expit(-1.0 + 0.9 * strengths[0] * parts[0])


def test_values_are_those_of_the_decision_curves():
    labels, first, second = cohort(120, 1)
    cuts = np.array([0.2, 0.4])
    found = net_benefit_differences(
        np.append(labels, -1).astype(np.int8), *(np.append(p, 0.5) for p in (first, second)), cuts
    )
    curves = [decision_curve(labels, p, cuts, FEW).net_benefit for p in (first, second)]
    assert [each.first for each in found] == pytest.approx(curves[0])
    assert [each.second for each in found] == pytest.approx(curves[1])
    assert [each.difference.value for each in found] == pytest.approx(curves[0] - curves[1])
    assert found[0].discordant == int(((first >= 0.2) != (second >= 0.2)).sum())
    added = added_value(labels, first, second, 0.2, settings=FEW)
    assert added.net_benefit.value == pytest.approx(found[0].difference.value)


def test_systems_that_act_alike_have_no_interval():
    labels, first, _ = cohort(100, 2)
    same = net_benefit_differences(labels, first, first, (0.3,))[0]
    assert (same.difference.value, same.difference.interval) == (0.0, None)
    assert "both act on the same patients" in same.difference.reason
    nearly = first.copy()
    nearly[np.argsort(np.abs(first - 0.3))[:4]] = np.where(first[np.argsort(np.abs(first - 0.3))[:4]] >= 0.3, 0.2, 0.4)
    few = net_benefit_differences(labels, first, nearly, (0.3,))[0]
    assert few.discordant == 4
    assert "they differ on 4 patients only" in few.difference.reason


def test_few_events_and_one_class():
    labels, first, second = cohort(200, 3)
    few = np.where((labels == 1) & (np.cumsum(labels) > 6), 0, labels).astype(np.int8)
    found = net_benefit_differences(few, first, second, (0.2,))[0]
    assert found.difference.interval is None
    assert "6 mutants" in found.difference.reason
    nothing = net_benefit_differences(np.zeros(200, np.int8), first, second, (0.2,))[0]
    assert nothing.difference.value is None


def test_thresholds_outside_are_refused():
    labels, first, second = cohort(60, 4)
    with pytest.raises(SettingsError, match=r"threshold probability 1\.0"):
        net_benefit_differences(labels, first, second, (1.0,))


def test_the_interval_holds_the_difference_of_a_large_cohort():
    truth = net_benefit_differences(*cohort(400_000, 5), (0.3,))[0].difference.value
    held = [
        found.difference.interval.low <= truth <= found.difference.interval.high
        for seed in range(150)
        if (found := net_benefit_differences(*cohort(150, 100 + seed), (0.3,))[0]).difference.interval is not None
    ]
    assert len(held) > 120
    assert np.mean(held) >= 0.92
