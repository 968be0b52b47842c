"""Youden's threshold against every possible cut."""

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from radiogene.decision.threshold import youden_threshold
from radiogene.errors import TrainingError
from radiogene.evaluation.metrics import confusion_metrics


@pytest.mark.parametrize("seed", range(8))
def test_no_other_cut_is_better(seed):
    generator = np.random.default_rng(seed)
    labels = generator.choice([0, 1, -1], 50, p=[0.6, 0.3, 0.1]).astype(np.int8)
    probabilities = np.round(np.clip(generator.normal(0.4 + 0.1 * (labels == 1), 0.2), 0, 1), 1 + seed % 2)
    found = youden_threshold(labels, probabilities)

    def shares(cut):
        metrics = confusion_metrics(labels, probabilities >= cut)
        return metrics.sensitivity.value, metrics.specificity.value

    assert shares(found.value) == pytest.approx((found.sensitivity, found.specificity))
    levels = np.unique(probabilities[labels >= 0])
    best = max(sum(shares(cut)) for cut in levels[1:])
    assert found.sensitivity + found.specificity == pytest.approx(best)
    assert np.isclose(found.value, (levels[1:] + levels[:-1]) / 2).any()


@pytest.mark.parametrize("seed", range(4))
def test_it_reaches_the_highest_point_of_scikit_learns_roc_curve(seed):
    generator = np.random.default_rng(100 + seed)
    labels = (generator.random(70) < 0.3).astype(np.int8)
    probabilities = np.clip(generator.normal(0.4 + 0.1 * labels, 0.2), 0, 1)
    false_positive, true_positive, _ = roc_curve(labels, probabilities)
    found = youden_threshold(labels, probabilities)
    assert found.sensitivity + found.specificity - 1 == pytest.approx((true_positive - false_positive).max())


def test_among_equals_the_most_balanced_then_the_lowest():
    # Cuts at 0.15, 0.25, 0.35 and so on: SEN + SPE is 1.5 at 0.25 (1, 0.5) and at 0.45 (0.5, 1).
    labels = np.array([0, 0, 1, 0, 0, 1], dtype=np.int8)
    probabilities = np.array([0.1, 0.2, 0.3, 0.35, 0.4, 0.5])
    found = youden_threshold(labels, probabilities)
    assert found.value == pytest.approx(0.25)
    assert (found.sensitivity, found.specificity) == (1.0, 0.5)
    # (0.5, 1) at 0.85, (1, 0.5) at 0.25, and (0.75, 0.75) at 0.55, all at 1.5.
    labels = np.array([0, 0, 1, 0, 1, 0, 1, 1], dtype=np.int8)
    probabilities = np.array([0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 0.9, 0.95])
    assert youden_threshold(labels, probabilities).value == pytest.approx(0.55)


def test_order_of_patients_does_not_matter():
    generator = np.random.default_rng(0)
    labels, probabilities = (generator.random(40) < 0.4).astype(np.int8), np.round(generator.random(40), 1)
    shuffled = generator.permutation(40)
    assert youden_threshold(labels, probabilities) == youden_threshold(labels[shuffled], probabilities[shuffled])


def test_neighbouring_floats_are_still_parted():
    lower = 0.3
    upper = float(np.nextafter(lower, 1))
    found = youden_threshold(np.array([0, 1], dtype=np.int8), np.array([lower, upper]))
    assert lower < found.value <= upper


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        ([1, 1, -1], [0.1, 0.5, 0.9], "no wild type"),
        ([0, 0, -1], [0.1, 0.5, 0.9], "no mutant"),
        ([-1, -1, -1], [0.1, 0.5, 0.9], "no patient has a known label"),
        ([0, 1, 1], [0.5, 0.5, 0.5], "all 3 predictions are 0.5"),
        (
            [1] * 10 + [0] * 10,
            [n / 20 for n in range(20)],
            r"the best of 19 cuts SEN \+ SPE - 1 is -0\.100, below 0.*Look for exchanged labels",
        ),
    ],
)
def test_refuses_where_no_threshold_means_anything(labels, probabilities, message):
    with pytest.raises(TrainingError, match=message):
        youden_threshold(np.array(labels, dtype=np.int8), np.array(probabilities))


def test_a_model_that_is_no_better_than_chance_is_not_refused():
    # One cut, SEN 0.5 and SPE 0.5: Youden's J is 0, and not below.
    found = youden_threshold(np.array([1, 1, 0, 0], dtype=np.int8), np.array([0.2, 0.6, 0.2, 0.6]))
    assert found.sensitivity + found.specificity == 1.0


def test_a_handful_that_is_ranked_the_wrong_way_round_is_chance():
    found = youden_threshold(np.array([1, 0, 0], dtype=np.int8), np.array([0.1, 0.2, 0.3]))
    assert 0.1 < found.value < 0.3
