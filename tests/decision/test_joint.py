"""Both genes at once: sums to the marginals, finds a known odds ratio, and says where it is no better."""

import numpy as np
import pytest
from scipy.special import expit

from radiogene.decision.decision import Decision, ModelKind, fit_decision
from radiogene.decision.joint import Association, fitted_association, four_outcomes
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.held_out import INNER_VALIDATION, OUT_OF_FOLD
from radiogene.evaluation.measure import Measure
from radiogene.evaluation.predictions import Predictions

FEW = BootstrapSettings(resamples=200)


def patients(count, ratio, seed=0, centre=(-0.6, -0.9)):
    """Probabilities (N, 2), and labels (N, 2) drawn from the four outcomes at a log odds ratio."""
    rng = np.random.default_rng(seed)
    probabilities = expit(rng.normal(centre, 1.2, (count, 2)))
    shares = four_outcomes(probabilities[:, 0], probabilities[:, 1], ratio)
    drawn = (rng.random((count, 1)) > shares.cumsum(axis=1)[:, :3]).sum(axis=1)
    labels = np.array([(1, 0), (0, 1), (1, 1), (0, 0)], dtype=np.int8)[drawn]
    return labels, probabilities, np.arange(count) % 5


@pytest.mark.parametrize("ratio", [-12.0, -4.0, -0.3, -1e-9, 0.0, 1e-9, 0.7, 5.0, 12.0])
def test_outcomes_sum_to_one_and_to_both_marginals_and_have_the_odds_ratio(ratio):
    grid = np.array([1e-6, 0.01, 0.3, 0.5, 0.72, 0.99, 1 - 1e-6])
    first, second = (axis.ravel() for axis in np.meshgrid(grid, grid))
    shares = four_outcomes(first, second, ratio)
    assert (shares >= 0).all()
    assert shares.sum(axis=1) == pytest.approx(1, abs=1e-12)
    assert shares[:, 0] + shares[:, 2] == pytest.approx(first, abs=1e-15)
    assert shares[:, 1] + shares[:, 2] == pytest.approx(second, abs=1e-15)
    middle = (np.minimum(first, second) > 0.2) & (np.maximum(first, second) < 0.8)
    inside = shares[middle]
    found = np.log(inside[:, 2]) + np.log(inside[:, 3]) - np.log(inside[:, 0]) - np.log(inside[:, 1])
    assert found == pytest.approx(ratio, abs=1e-5)


def test_no_association_is_independence_and_certainty_stays():
    first, second = np.array([0.3, 0.0, 1.0]), np.array([0.6, 0.4, 0.4])
    assert four_outcomes(first, second, 0.0)[:, 2] == pytest.approx(first * second, abs=1e-15)
    assert four_outcomes(first, second, -3.0)[1:, 2] == pytest.approx([0.0, 0.4], abs=1e-15)


@pytest.mark.parametrize("ratio", [-3.0, 0.0, 1.5])
def test_a_known_odds_ratio_is_found(ratio):
    found = fitted_association(("EGFR", "KRAS"), *patients(6000, ratio), FEW)
    assert found.log_odds_ratio == pytest.approx(ratio, abs=0.35)
    assert found.is_shown == (ratio != 0)
    assert found.patients == 6000


def test_full_exclusion_gives_a_finite_odds_ratio_and_a_shown_gain():
    labels, probabilities, folds = patients(150, -12.0, seed=1, centre=(-2.2, -2.5))
    assert not (labels == 1).all(axis=1).any()
    found = fitted_association(("EGFR", "KRAS"), labels, probabilities, folds, FEW)
    assert -12 < found.log_odds_ratio < -2
    assert found.is_shown
    outcomes = found.outcomes(0.4, 0.3)
    assert sum(outcomes.values()) == pytest.approx(1, abs=1e-12)
    assert list(outcomes) == ["EGFR only", "KRAS only", "both", "neither"]
    assert outcomes["both"] < 0.06
    assert outcomes["EGFR only"] + outcomes["both"] == pytest.approx(0.4, abs=1e-12)


def test_the_gain_of_a_fold_knows_nothing_of_its_labels():
    labels, probabilities, folds = patients(100, -3.0, seed=2)
    single = fitted_association(("A", "B"), labels, probabilities, np.zeros(100, dtype=np.int64), FEW)
    # One fold has no others: nothing is known, and nothing is gained.
    assert single.gain.value == 0.0
    assert fitted_association(("A", "B"), labels, probabilities, folds, FEW).gain.value > 0


def test_few_or_unknown_labels_give_none():
    labels, probabilities, folds = patients(30, -2.0)
    labels[:12, 1] = -1
    assert fitted_association(("A", "B"), labels, probabilities, folds, FEW) is None


def test_the_decision_keeps_it_for_two_genes_with_folds():
    labels, probabilities, folds = patients(120, -4.0)
    predictions = Predictions(tuple(map(str, range(120))), ("EGFR", "KRAS"), probabilities, labels)
    decision = fit_decision(predictions, OUT_OF_FOLD, ModelKind.REFIT, folds=folds)
    assert decision.joint.genes == ("EGFR", "KRAS")
    assert Decision.from_json(decision.to_json()) == decision
    assert fit_decision(predictions, INNER_VALIDATION, ModelKind.SINGLE, folds=folds).joint is None
    one = Predictions(predictions.patient_ids, ("EGFR",), probabilities[:, :1], labels[:, :1])
    assert fit_decision(one, OUT_OF_FOLD, ModelKind.REFIT, folds=folds).joint is None
    assert not Association(("A", "B"), 0.0, 30, 1, Measure(0.1, reason="no interval")).is_shown


def test_the_order_of_patients_changes_nothing():
    labels, probabilities, folds = patients(60, -2.0, seed=3)
    mixed = np.random.default_rng(1).permutation(60)
    first = fitted_association(("EGFR", "KRAS"), labels, probabilities, folds, FEW)
    second = fitted_association(("EGFR", "KRAS"), labels[mixed], probabilities[mixed], folds[mixed], FEW)
    assert first == second
