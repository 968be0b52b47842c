"""Conformal sets: equal to crepes, wide with few patients, and with the promised coverage of each class."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm

import answers_conformal
from radiogene.decision.calibration import CalibrationKind
from radiogene.decision.conformal import (
    AnswerSet,
    ClassScores,
    Cutoffs,
    cross_fitted_set_figures,
    cutoffs,
    fewest_for_a_cutoff,
    set_figures,
)
from radiogene.decision.decision import Decision, ModelKind, fit_decision
from radiogene.errors import SettingsError, WeightsError
from radiogene.evaluation.held_out import INNER_VALIDATION, OUT_OF_FOLD
from radiogene.evaluation.predictions import Predictions

# crepes 0.9.1: ConformalClassifier().fit(1 - P(own class), bins=labels), predict_p(..., smoothing=False).
MUTANTS = (0.179, 0.281, 0.452, 0.493, 0.595, 0.641, 0.68, 0.71, 0.734, 0.767, 0.789, 0.823, 0.83, 0.864, 0.906)
WILD_TYPES = (
    *(0.064, 0.1, 0.161, 0.167, 0.171, 0.184, 0.245, 0.289, 0.3, 0.326, 0.453, 0.454, 0.471, 0.508, 0.531, 0.532),
    *(0.534, 0.538, 0.54, 0.633, 0.669, 0.672),
)
ASKED = np.round(np.linspace(0.02, 0.98, 25), 3)
OF_CREPES = {
    0.9: ["wild type"] * 4 + ["undetermined"] * 13 + ["mutant"] * 8,
    0.8: ["wild type"] * 11 + ["undetermined"] * 3 + ["mutant"] * 11,
}


@pytest.mark.parametrize("level", [0.9, 0.8])
def test_sets_equal_those_of_crepes(level):
    ends = cutoffs(ClassScores(MUTANTS, WILD_TYPES), level)
    assert [ends.set_of(float(p)).value for p in ASKED] == OF_CREPES[level]


def test_p_values_by_definition_at_every_size_and_level():
    rng = np.random.default_rng(0)
    for count in (1, 3, 8, 9, 10, 19, 20, 49):
        for level in (0.5, 0.8, 0.9, 0.95):
            scores = ClassScores(*(tuple(np.sort(rng.random(count)).tolist()) for _ in range(2)))
            ends = cutoffs(scores, level)
            for p in [*scores.mutants, *scores.wild_types, *rng.random(20)]:
                mutant = sum(score <= p for score in scores.mutants) + 1
                wild_type = sum(score >= p for score in scores.wild_types) + 1
                # Whole numbers, as 0.1 x 10 is not 1 in binary.
                bound = round((1 - level) * (count + 1), 9)
                kinds = {(True, True): "undetermined", (True, False): "mutant", (False, True): "wild type"}
                expected = kinds.get((mutant > bound, wild_type > bound), "unlike either")
                assert ends.set_of(float(p)).value == expected


def test_a_gap_between_the_classes_is_unlike_either():
    ends = Cutoffs(0.7, 0.3)
    assert [ends.set_of(p) for p in (0.1, 0.5, 0.9)] == [
        AnswerSet.WILD_TYPE,
        AnswerSet.UNLIKE_EITHER,
        AnswerSet.MUTANT,
    ]


def test_too_few_patients_of_a_class_make_every_set_hold_it():
    assert fewest_for_a_cutoff(0.9) == 9
    assert fewest_for_a_cutoff(0.8) == 4
    few = cutoffs(ClassScores(MUTANTS[:8], WILD_TYPES), 0.9)
    assert few.lowest_mutant is None
    assert cutoffs(ClassScores(MUTANTS[:9], WILD_TYPES), 0.9).lowest_mutant == MUTANTS[0]
    assert {few.set_of(float(p)) for p in ASKED} == {AnswerSet.MUTANT, AnswerSet.UNDETERMINED}


def test_mean_coverage_of_each_class_is_as_promised():
    for mutants, wild_types in ((15, 45), (30, 90)):
        found = answers_conformal.coverages(
            600,
            lambda rng, m=mutants, w=wild_types: answers_conformal.exact_coverage(
                cutoffs(answers_conformal.drawn_scores(m, w, rng), 0.9), (0.0, 0.0, 1.0)
            ),
            4,
        )
        for column, count in enumerate((mutants, wild_types)):
            error = found[:, column].std() / 600**0.5
            assert 0.9 - 3 * error <= found[:, column].mean() <= 0.9 + 1 / (count + 1) + 3 * error
    # A single cohort of 30 mutants has an SD of 5%.
    assert found[:, 0].std() == pytest.approx(0.05, abs=0.012)


def test_a_shift_of_the_prevalence_keeps_the_coverage_and_one_of_the_scores_does_not():
    ends = Cutoffs(float(expit(norm.ppf(0.1) + answers_conformal.DISTANCE)), float(expit(norm.ppf(0.9))))
    assert answers_conformal.exact_coverage(ends, (0.0, 0.0, 1.0)) == pytest.approx((0.9, 0.9), abs=1e-12)
    mutants, wild_types = answers_conformal.exact_coverage(ends, (0.5, 0.5, 1.0))
    assert mutants > 0.95
    assert wild_types < 0.8


def patients(count=120, seed=2):
    rng = np.random.default_rng(seed)
    labels = (rng.random((count, 2)) < 0.4).astype(np.int8)
    said = expit(1.5 * (2 * labels - 1) * 0.8 + rng.standard_normal((count, 2)))
    labels[:5, 1] = -1
    return Predictions(tuple(str(n) for n in range(count)), ("EGFR", "KRAS"), said, labels), np.arange(count) % 5


@pytest.mark.parametrize("kind", list(CalibrationKind))
def test_the_decision_keeps_scores_and_its_cutoffs_are_on_the_calibrated_scale(kind):
    predictions, folds = patients()
    decision = fit_decision(predictions, OUT_OF_FOLD, ModelKind.REFIT, kind, folds)
    rule = decision.gene("KRAS")
    assert len(rule.scores.mutants) + len(rule.scores.wild_types) == rule.patients == 115
    raw = cutoffs(rule.scores)
    assert rule.cutoffs().lowest_mutant == rule.calibrated(raw.lowest_mutant)
    for p in predictions.probabilities[:, 1]:
        # An isotonic calibration makes ties, which can only widen a set.
        found, plain = rule.cutoffs().set_of(rule.calibrated(float(p))), raw.set_of(float(p))
        assert found == plain or kind is CalibrationKind.ISOTONIC
    assert Decision.from_json(decision.to_json()) == decision


def test_without_folds_nothing_is_kept_and_the_file_is_as_it_was():
    predictions, folds = patients()
    part = fit_decision(predictions, INNER_VALIDATION, ModelKind.SINGLE, folds=folds)
    assert part.gene("EGFR").scores is None
    assert part.gene("EGFR").cutoffs() is None
    assert set(part.to_json()["genes"]["EGFR"]) == {"threshold", "calibration", "set_on", "patients", "mutants"}


def test_figures_of_training_patients_are_those_of_the_other_folds():
    predictions, folds = patients()
    gene = predictions.gene("EGFR")
    found = cross_fitted_set_figures(gene.labels, gene.probabilities, folds)
    counts = np.zeros(4, dtype=int)
    for number in range(5):
        own = folds == number
        ends = cutoffs(ClassScores.of(gene.labels[~own], gene.probabilities[~own]))
        part = set_figures(gene.labels[own], gene.probabilities[own], ends)
        counts += (part.mutant, part.wild_type, part.undetermined, part.unlike_either)
    assert (found.mutant, found.wild_type, found.undetermined, found.unlike_either) == tuple(counts)
    assert found.answered.value == pytest.approx((found.mutant + found.wild_type) / 120)
    assert found.to_json()["coverage"]["mutant"]["value"] == found.covered_mutants / found.mutants


def test_a_leaked_label_would_move_only_the_patients_of_other_folds():
    predictions, folds = patients()
    gene = predictions.gene("EGFR")
    turned = gene.labels.copy()
    turned[folds == 0] = 1 - turned[folds == 0]
    own = folds == 0
    ends = [cutoffs(ClassScores.of(labels[~own], gene.probabilities[~own])) for labels in (gene.labels, turned)]
    assert ends[0] == ends[1]
    before, after = (cross_fitted_set_figures(labels, gene.probabilities, folds) for labels in (gene.labels, turned))
    assert before != after


def test_refusals():
    with pytest.raises(SettingsError, match="`level` 1; wanted one above 0 and below 1"):
        cutoffs(ClassScores(MUTANTS, WILD_TYPES), 1.0)
    with pytest.raises(WeightsError, match="2 `mutants`; rising probabilities"):
        ClassScores((0.5, 0.4), WILD_TYPES)
    with pytest.raises(WeightsError, match="0 `wild_types`"):
        ClassScores(MUTANTS, ())
