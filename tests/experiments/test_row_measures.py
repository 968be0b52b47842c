import dataclasses

import numpy as np
import pytest

from radiogene.decision.threshold import youden_threshold
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.intervals import delong_auc
from radiogene.experiments.row_comparison import compared
from radiogene.experiments.row_measures import external_figures, training_figures
from radiogene.report.evidence.evidence_table import COLUMNS


def test_external_figures_are_delongs_auc_and_calls_at_the_frozen_threshold(made_result, clinical_fit):
    result = made_result(clinical_fit, 1.0)
    figures = external_figures(result, "EGFR")
    gene = result.external.gene("EGFR")
    assert figures.measures["auc"] == delong_auc(gene.labels, gene.probabilities)
    assert np.array_equal(figures.calls, gene.probabilities >= result.decision.gene("EGFR").threshold)
    assert set(figures.measures) == set(COLUMNS)
    assert "out-of-fold" in figures.rests_on


def test_a_fold_is_called_by_the_threshold_of_the_other_folds(made_result, clinical_fit):
    result = made_result(clinical_fit, 0.7)
    figures = training_figures(result, "KRAS")
    gene = result.held_out.predictions.gene("KRAS")
    assert (
        figures.measures["auc"].value == foldwise_auc(gene.labels, gene.probabilities, result.held_out.folds).auc.value
    )
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
    assert found.test == "paired DeLong"


def test_training_comparison_is_paired_within_folds(made_result, clinical_fit):
    ours, theirs = made_result(clinical_fit, 2.0), made_result(clinical_fit, 0.1, seed=2)
    found = compared(training_figures(ours, "EGFR"), training_figures(theirs, "EGFR"))
    assert found.p_value < 0.001
    assert "within folds" in found.test


@pytest.mark.parametrize("folds", [None, 5])
def test_predictions_of_other_splits_are_not_compared(made_result, clinical_fit, folds):
    ours, theirs = made_result(clinical_fit, 2.0), made_result(clinical_fit, 0.1, folds=folds)
    found = compared(training_figures(ours, "EGFR"), training_figures(theirs, "EGFR"))
    assert found.p_value is None
    assert found.difference.value is None
    assert "other splits" in found.difference.reason
