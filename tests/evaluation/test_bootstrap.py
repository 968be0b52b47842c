"""Bootstrap intervals of ACC, SEN, SPE and F1: against resampling patients one by one, and their coverage."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics as reference

from radiogene.evaluation.bootstrap import BootstrapSettings, draws, with_intervals
from radiogene.evaluation.metrics import ConfusionCounts, confusion_metrics


def table(true_mutant, false_wild_type, true_wild_type, false_mutant):
    """Labels and calls with these counts."""
    labels = np.repeat([1, 1, 0, 0], [true_mutant, false_wild_type, true_wild_type, false_mutant]).astype(np.int8)
    calls = np.repeat([True, False, False, True], [true_mutant, false_wild_type, true_wild_type, false_mutant])
    return labels, calls


def test_equals_resampling_patients_one_by_one():
    labels, calls = table(18, 7, 78, 24)
    found = with_intervals(confusion_metrics(labels, calls), BootstrapSettings(resamples=20_000))
    generator = np.random.default_rng(5)
    resampled = []
    for _ in range(3000):
        drawn = generator.integers(0, labels.size, labels.size)
        y, c = labels[drawn], calls[drawn]
        tp, tn, fp, fn = ((y == a) & (c == b) for a, b in ((1, True), (0, False), (0, True), (1, False)))
        tp, tn, fp, fn = (int(v.sum()) for v in (tp, tn, fp, fn))
        resampled.append([(tp + tn) / y.size, tp / (tp + fn), tn / (tn + fp), reference.f1_score(y, c)])
    ends = np.quantile(resampled, [0.025, 0.975], axis=0)
    for measure, (low, high) in zip(
        (found.accuracy, found.sensitivity, found.specificity, found.f1), ends.T, strict=True
    ):
        assert (measure.interval.low, measure.interval.high) == pytest.approx((low, high), abs=0.015)
        assert measure.interval.low < measure.value < measure.interval.high


@pytest.mark.parametrize("trials", [10, 17, 40])
def test_a_figure_of_0_or_1_gets_clopper_and_pearsons_bound(trials):
    right = with_intervals(confusion_metrics(*table(trials, 0, 5, 5)), BootstrapSettings()).sensitivity
    wrong = with_intervals(confusion_metrics(*table(0, trials, 5, 5)), BootstrapSettings()).sensitivity
    for measure, successes in ((right, trials), (wrong, 0)):
        exact = binomtest(successes, trials).proportion_ci(0.95, method="exact")
        assert (measure.interval.low, measure.interval.high) == pytest.approx((exact.low, exact.high))
        assert "exact bound" in measure.interval.method


def test_an_f1_of_0_or_1_gets_the_bound_of_its_share():
    perfect = with_intervals(confusion_metrics(*table(16, 0, 30, 0)), BootstrapSettings()).f1
    share = binomtest(16, 16).proportion_ci(0.95, method="exact").low
    assert (perfect.interval.low, perfect.interval.high) == pytest.approx((2 * share / (1 + share), 1.0))
    useless = with_intervals(confusion_metrics(*table(0, 16, 30, 3)), BootstrapSettings()).f1
    share = binomtest(0, 19).proportion_ci(0.95, method="exact").high
    assert (useless.interval.low, useless.interval.high) == pytest.approx((0.0, 2 * share / (1 + share)))


def test_the_seed_decides():
    metrics = confusion_metrics(*table(10, 5, 30, 8))
    assert with_intervals(metrics, BootstrapSettings()) == with_intervals(metrics, BootstrapSettings())
    assert with_intervals(metrics, BootstrapSettings()) != with_intervals(metrics, BootstrapSettings(seed=1))


def test_every_resample_has_all_places():
    drawn = draws(37, 50, np.random.default_rng(0))
    assert drawn.shape == (50, 37)
    assert (drawn.sum(axis=1) == 37).all()
    assert (drawn == 0).mean() == pytest.approx((36 / 37) ** 37, abs=0.05)


def test_coverage_of_sensitivity_and_f1():
    # 150 patients, a quarter mutants, SEN 0.75, SPE 0.80: F1 = 2 x 0.1875 / (2 x 0.1875 + 0.15 + 0.0625) = 0.638.
    generator = np.random.default_rng(7)
    cells = np.array([0.25 * 0.75, 0.75 * 0.20, 0.75 * 0.80, 0.25 * 0.25])
    truth = {"sensitivity": 0.75, "f1": 2 * cells[0] / (2 * cells[0] + cells[1] + cells[3])}
    held = dict.fromkeys(truth, 0)
    simulations = 600
    for counts in generator.multinomial(150, cells, size=simulations):
        tp, fp, tn, fn = (int(count) for count in counts)
        metrics = confusion_metrics(*table(tp, fn, tn, fp))
        assert metrics.counts == ConfusionCounts(tp, fp, tn, fn)
        found = with_intervals(metrics, BootstrapSettings(resamples=500))
        for name, value in truth.items():
            interval = getattr(found, name).interval
            held[name] += interval.low <= value <= interval.high
    assert all(0.91 < count / simulations < 0.98 for count in held.values()), held
