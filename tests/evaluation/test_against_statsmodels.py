"""Holm, McNemar, Wilson, exact bounds and calibration lines against statsmodels, which shares no code with ours."""

import numpy as np
import pytest
from scipy.special import expit, logit

from radiogene.evaluation.bootstrap import BootstrapSettings, with_intervals
from radiogene.evaluation.calibration_measures import calibration_measures
from radiogene.evaluation.comparison import holm_adjusted, mcnemar_exact
from radiogene.evaluation.intervals import wilson_share
from radiogene.evaluation.metrics import confusion_metrics

api = pytest.importorskip("statsmodels.api")
stats = pytest.importorskip("statsmodels.stats.api")


@pytest.mark.parametrize("seed", range(5))
def test_holm(seed):
    p_values = np.random.default_rng(seed).random(7) ** 3
    found = holm_adjusted({str(n): p for n, p in enumerate(p_values)})
    assert list(found.values()) == pytest.approx(stats.multipletests(p_values, method="holm")[1])


@pytest.mark.parametrize("seed", range(5))
def test_mcnemar(seed):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, 60).astype(np.int8)
    first, second = (generator.random(60) < 0.3 + 0.4 * labels for _ in range(2))
    right = [calls == (labels == 1) for calls in (first, second)]
    table = [[int(np.sum((right[0] == a) & (right[1] == b))) for b in (True, False)] for a in (True, False)]
    assert mcnemar_exact(labels, first, second).p_value == pytest.approx(stats.mcnemar(table, exact=True).pvalue)


@pytest.mark.parametrize(("right", "cases"), [(0, 9), (3, 9), (17, 40), (40, 40)])
def test_wilson(right, cases):
    found = wilson_share(right, cases).interval
    assert (found.low, found.high) == pytest.approx(stats.proportion_confint(right, cases, method="wilson"), abs=1e-12)


@pytest.mark.parametrize("mutants", [10, 12])
def test_the_exact_bound_at_1(mutants):
    labels = np.array([1] * mutants + [0] * 11, dtype=np.int8)
    found = with_intervals(confusion_metrics(labels, labels == 1), BootstrapSettings(50)).sensitivity.interval
    expected = stats.proportion_confint(mutants, mutants, method="beta")
    assert (found.low, found.high) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(3))
def test_calibration_line_and_level(seed):
    generator = np.random.default_rng(seed)
    log_odds = generator.normal(-0.5, 1.3, 140)
    labels = (generator.random(140) < expit(0.4 + 0.6 * log_odds)).astype(np.int8)
    found = calibration_measures(labels, expit(log_odds), BootstrapSettings(50))
    exact = logit(expit(log_odds))
    line = api.Logit(labels, api.add_constant(exact)).fit(disp=0, method="newton", tol=1e-12).params
    level = api.GLM(labels, np.ones(140), family=api.families.Binomial(), offset=exact).fit(tol=1e-12).params
    assert (found.intercept.value, found.slope.value) == pytest.approx(tuple(line), abs=1e-6)
    assert found.in_the_large.value == pytest.approx(level[0], abs=1e-6)
