import dataclasses

import numpy as np
import pytest

from radiogene.decision.threshold import youden_threshold
from radiogene.evaluation.comparison import PAIRED_T
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.intervals import auc_with_interval
from radiogene.evaluation.predictions import Predictions
from radiogene.evaluation.repeated_fits import CORRECTED, corrected_mean, fold_areas
from radiogene.experiments.row_comparison import compared
from radiogene.experiments.row_measures import external_figures, training_figures
from radiogene.report.evidence.evidence_table import COLUMNS


def test_external_figures_are_the_auc_over_all_pairs_and_calls_at_the_frozen_threshold(made_result, clinical_fit):
    result = made_result(clinical_fit, 1.0)
    figures = external_figures(result, "EGFR")
    gene = result.external.gene("EGFR")
    assert figures.measures["auc"] == auc_with_interval(gene.labels, gene.probabilities)
    assert np.array_equal(figures.calls, gene.probabilities >= result.decision.gene("EGFR").threshold)
    assert set(figures.measures) == set(COLUMNS)
    assert "out-of-fold" in figures.rests_on


def test_a_fold_is_called_by_the_threshold_of_the_other_folds(made_result, clinical_fit):
    result = made_result(clinical_fit, 0.7)
    figures = training_figures(result, "KRAS")
    gene = result.held_out.predictions.gene("KRAS")
    conditional = foldwise_auc(gene.labels, gene.probabilities, result.held_out.folds).auc
    assert figures.measures["auc_conditional"] == conditional
    assert figures.under_curve.value == conditional.value
    assert figures.under_curve.interval is None
    for fold in range(4):
        own = result.held_out.folds == fold
        threshold = youden_threshold(gene.labels[~own], gene.probabilities[~own]).value
        assert np.array_equal(figures.calls[own], gene.probabilities[own] >= threshold)


def test_what_a_fold_holds_does_not_move_its_own_threshold(made_result, clinical_fit):
    result = made_result(clinical_fit, 0.7)
    own = result.held_out.folds == 2
    (run,) = result.held_out.runs
    moved = run.predictions.probabilities.copy()
    moved[own] = 0.999
    predictions = dataclasses.replace(run.predictions, probabilities=moved)
    held_out = dataclasses.replace(
        result.held_out, predictions=predictions, runs=(dataclasses.replace(run, predictions=predictions),)
    )
    changed = dataclasses.replace(result, held_out=held_out)
    before, after = training_figures(result, "EGFR"), training_figures(changed, "EGFR")
    assert after.calls[own].all()
    assert not np.array_equal(before.calls[~own], after.calls[~own])  # their thresholds do see it


def test_a_held_out_part_says_that_its_figures_are_optimistic(made_result, clinical_fit):
    figures = training_figures(made_result(clinical_fit, 1.0, folds=None), "EGFR")
    assert "optimistic" in figures.rests_on
    assert figures.folds is None


def test_external_comparison_is_on_the_patients_whom_both_have(made_result, clinical_fit):
    ours, theirs = made_result(clinical_fit, 2.0), made_result(clinical_fit, 0.1, seed=2)
    kept = slice(10, 80)
    external = dataclasses.replace(
        theirs.external,
        patient_ids=theirs.external.patient_ids[kept],
        probabilities=theirs.external.probabilities[kept],
        labels=theirs.external.labels[kept],
    )
    found = compared(
        external_figures(ours, "EGFR"), external_figures(dataclasses.replace(theirs, external=external), "EGFR")
    )
    assert found.patients == 70
    assert found.difference.value > 0.2
    assert found.p_value < 0.001
    assert found.p_mcnemar < 0.05
    assert found.test == PAIRED_T


def repeated(made_result, fit, strength, seeds=(0, 1, 2), **options):
    """The result of a fit, and those of its repeats with the seeds that follow, in other folds of the same patients."""
    results = []
    for number, seed in enumerate(seeds):
        own = dataclasses.replace(fit, settings=dataclasses.replace(fit.settings, seed=seed), held_out_only=number > 0)
        found = made_result(own, strength, **options)
        order = np.random.default_rng(seed).permutation(len(found.held_out.folds) // 2)
        (run,) = found.held_out.runs
        folds = np.repeat(order % 4, 2)
        held_out = dataclasses.replace(found.held_out, runs=(dataclasses.replace(run, folds=folds),))
        results.append(dataclasses.replace(found, held_out=held_out))
    return results


def test_training_auc_is_the_corrected_mean_over_folds_and_repeats(made_result, clinical_fit):
    first, *repeats = repeated(made_result, clinical_fit, 0.7)
    figures = training_figures(first, "EGFR", repeats)
    areas = []
    for result in (first, *repeats):
        gene = result.held_out.predictions.gene("EGFR")
        areas.append(fold_areas(gene.labels, gene.probabilities, result.held_out.folds))
    expected = corrected_mean(np.array(areas)).mean
    assert figures.measures["auc"].value == expected.value == pytest.approx(np.mean(areas))
    assert figures.measures["auc"].interval.low == expected.interval.low
    assert figures.measures["auc"].interval.high == min(1.0, expected.interval.high)
    assert figures.measures["auc"].interval.method == CORRECTED
    assert "conditional on the fitted models" in figures.measures["auc_conditional"].interval.method
    assert "3 cross-validations of 4 folds (seeds 0, 1 and 2)" in figures.rests_on
    alone = training_figures(first, "EGFR")
    assert "one cross-validation of 4 folds (seed 0)" in alone.rests_on


def test_training_comparison_is_corrected_over_the_same_folds_and_tests_no_calls(made_result, clinical_fit):
    ours, theirs = repeated(made_result, clinical_fit, 2.0), repeated(made_result, clinical_fit, 0.1, seed=2)
    figures = [training_figures(each[0], "EGFR", each[1:]) for each in (ours, theirs)]
    found = compared(*figures)
    areas = [
        [
            fold_areas(
                each.held_out.predictions.labels[:, 0],
                each.held_out.predictions.probabilities[:, 0],
                each.held_out.folds,
            )
            for each in of
        ]
        for of in (ours, theirs)
    ]
    expected = corrected_mean(np.array(areas[0]) - np.array(areas[1]))
    assert found.difference.value == pytest.approx(expected.mean.value)
    assert found.p_value == pytest.approx(expected.p_value)
    assert found.p_value < 0.05
    assert found.p_mcnemar is None
    assert found.test == CORRECTED


def test_only_repeats_that_both_have_are_compared(made_result, clinical_fit):
    ours, theirs = repeated(made_result, clinical_fit, 2.0), repeated(made_result, clinical_fit, 0.1, seed=2)
    part = compared(training_figures(ours[0], "EGFR", ours[1:]), training_figures(theirs[0], "EGFR", theirs[2:]))
    both = compared(training_figures(ours[0], "EGFR", ours[2:]), training_figures(theirs[0], "EGFR", theirs[2:]))
    assert part == both


def with_few_mutants(result, mutants):
    """The result with so many mutants of each gene in both cohorts."""

    def cut(predictions):
        labels = predictions.labels.copy()
        labels[:, :] = (np.arange(len(labels)) % 7 == 0)[:, None] & (
            np.cumsum(np.arange(len(labels)) % 7 == 0) <= mutants
        )[:, None]
        return Predictions(predictions.patient_ids, predictions.genes, predictions.probabilities, labels)

    held_out = dataclasses.replace(
        result.held_out,
        predictions=cut(result.held_out.predictions),
        runs=tuple(dataclasses.replace(run, predictions=cut(run.predictions)) for run in result.held_out.runs),
    )
    return dataclasses.replace(result, held_out=held_out, external=cut(result.external))


@pytest.mark.parametrize("figures_of", [external_figures, training_figures])
def test_below_ten_mutants_a_row_is_points_and_its_comparison_no_test(made_result, clinical_fit, figures_of):
    ours = figures_of(with_few_mutants(made_result(clinical_fit, 2.0), 4), "EGFR")
    theirs = figures_of(with_few_mutants(made_result(clinical_fit, 0.1, seed=2), 4), "EGFR")
    for name, measure in ours.measures.items():
        assert measure.interval is None, name
        assert measure.value is None or "4 mutants" in measure.reason
    assert ours.measures["auc"].value is not None
    found = compared(ours, theirs)
    assert found.difference.value is not None
    assert "at least 10 of each" in found.difference.reason
    assert (found.difference.interval, found.p_value, found.p_mcnemar) == (None, None, None)


def test_where_cross_fitting_fails_there_are_no_calls_to_test(made_result, clinical_fit):
    # Within every three of the four folds the model is reversed or tells nobody apart: no threshold can be set.
    result = made_result(clinical_fit, 1.0)
    (run,) = result.held_out.runs
    reversed_ = Predictions(
        run.predictions.patient_ids,
        run.predictions.genes,
        1 - run.predictions.labels * 0.5 - 0.1 * np.random.default_rng(1).random(run.predictions.labels.shape),
        run.predictions.labels,
    )
    held_out = dataclasses.replace(
        result.held_out, predictions=reversed_, runs=(dataclasses.replace(run, predictions=reversed_),)
    )
    figures = training_figures(dataclasses.replace(result, held_out=held_out), "EGFR")
    assert figures.calls is None
    assert "no threshold can be set" in figures.measures["accuracy"].reason
    assert compared(training_figures(result, "EGFR"), figures).p_mcnemar is None


def test_a_held_out_part_is_a_point_and_is_not_tested(made_result, clinical_fit):
    ours, theirs = (made_result(clinical_fit, 2.0, folds=None), made_result(clinical_fit, 0.1, folds=None, seed=2))
    figures = training_figures(ours, "EGFR")
    for measure in figures.measures.values():
        assert measure.interval is None
        assert "`--folds 5` cross-validates" in measure.reason
    found = compared(figures, training_figures(theirs, "EGFR"))
    assert (found.difference.value, found.p_value, found.p_mcnemar) == (None, None, None)


@pytest.mark.parametrize("folds", [None, 5])
def test_predictions_of_other_splits_are_not_compared(made_result, clinical_fit, folds):
    ours, theirs = made_result(clinical_fit, 2.0), made_result(clinical_fit, 0.1, folds=folds)
    found = compared(training_figures(ours, "EGFR"), training_figures(theirs, "EGFR"))
    assert found.p_value is None
    assert found.difference.value is None
    assert "other splits" in found.difference.reason
