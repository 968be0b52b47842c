"""PPV and NPV by hand, at the cohort's own prevalence, and how often their intervals hold."""

import numpy as np
import pytest

from radiogene.evaluation.metrics import ConfusionCounts
from radiogene.evaluation.predictive_values import OF_THESE, STATED, predictive_values

COUNTS = ConfusionCounts(true_mutant=30, false_mutant=20, true_wild_type=60, false_wild_type=10)


def test_at_their_own_prevalence_they_are_the_shares_of_the_calls():
    found = predictive_values(COUNTS, 40 / 120, OF_THESE)
    assert found.positive.value == pytest.approx(30 / 50)
    assert found.negative.value == pytest.approx(60 / 70)


def test_at_another_prevalence_they_follow_bayes_rule():
    # Of 1,000 patients 100 are mutants: 75 of them are called, and 225 of 900 wild types.
    found = predictive_values(COUNTS, 0.1, STATED)
    assert found.positive.value == pytest.approx(75 / 300)
    assert found.negative.value == pytest.approx(675 / 700)
    assert found.positive.interval.low < 0.25 < found.positive.interval.high
    assert found.to_json()["source"] == "stated"


@pytest.mark.parametrize(("sensitivity", "specificity", "mutants"), [(0.8, 0.7, 15), (0.95, 0.6, 20), (0.6, 0.9, 40)])
def test_intervals_hold_the_truth(sensitivity, specificity, mutants):
    generator = np.random.default_rng(5)
    wild_types, prevalence = 60, 0.2
    truth = prevalence * sensitivity / (prevalence * sensitivity + (1 - prevalence) * (1 - specificity))
    other = (1 - prevalence) * specificity / ((1 - prevalence) * specificity + prevalence * (1 - sensitivity))
    held = np.zeros(2)
    for _ in range(1000):
        right, kept = generator.binomial(mutants, sensitivity), generator.binomial(wild_types, specificity)
        counts = ConfusionCounts(right, wild_types - kept, kept, mutants - right)
        found = predictive_values(counts, prevalence, STATED)
        for k, (measure, true) in enumerate(((found.positive, truth), (found.negative, other))):
            held[k] += measure.interval.low <= true <= measure.interval.high
    assert np.all(held >= 925)


def test_few_events_give_points_and_one_class_nothing():
    few = predictive_values(ConfusionCounts(2, 5, 20, 0), 0.3, STATED)
    assert few.positive.value is not None
    assert few.positive.interval is None
    assert "2 mutants and 25 wild types" in few.positive.reason
    nothing = predictive_values(ConfusionCounts(0, 5, 20, 0), 0.3, STATED)
    assert (nothing.positive.value, nothing.positive.reason) == (
        None,
        "no mutant among the patients with a known label",
    )


def test_nobody_called_has_no_predictive_value():
    found = predictive_values(ConfusionCounts(0, 0, 30, 12), 0.3, STATED)
    assert found.positive.reason == "nobody is called mutant"
    assert found.negative.value == pytest.approx(0.7)


def test_perfect_calls_have_a_width():
    found = predictive_values(ConfusionCounts(15, 0, 30, 0), 0.3, STATED)
    assert (found.positive.value, found.negative.value) == (1.0, 1.0)
    assert found.positive.interval.low < 0.95
    assert found.positive.interval.high == 1.0
