"""The whole report: per patient, unknown labels left out, nothing that is not a number."""

import json

import numpy as np
import pytest

from radiogene.errors import CohortError, SettingsError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.evaluation import EvaluationSettings, Threshold, evaluate_predictions
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.intervals import SMALL_SAMPLE
from radiogene.evaluation.predictions import Predictions

FEW = EvaluationSettings(BootstrapSettings(resamples=200))
THRESHOLDS = {"EGFR": Threshold(0.4, "inner validation"), "KRAS": Threshold(0.5, "inner validation")}


def cohort(patients=120, seed=0):
    """Synthetic predictions for two genes with a fifth of the labels unknown."""
    generator = np.random.default_rng(seed)
    labels = generator.choice([0, 1, -1], (patients, 2), p=[0.55, 0.25, 0.2]).astype(np.int8)
    probabilities = np.clip(generator.normal(0.35 + 0.2 * (labels == 1), 0.15), 0, 1)
    return Predictions(tuple(f"P{i}" for i in range(patients)), ("EGFR", "KRAS"), probabilities, labels)


def finite(content):
    """Every number in nested JSON is finite."""
    if isinstance(content, dict):
        return all(finite(value) for value in content.values())
    if isinstance(content, list):
        return all(finite(value) for value in content)
    return not isinstance(content, float) or np.isfinite(content)


def test_report_has_every_figure_of_section_6():
    predictions = cohort()
    content = evaluate_predictions(predictions, THRESHOLDS, settings=FEW).to_json()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    egfr = content["genes"]["EGFR"]
    labels = predictions.labels[:, 0]
    assert (egfr["patients"], egfr["mutants"], egfr["unknown"]) == (
        (labels >= 0).sum(),
        (labels == 1).sum(),
        (labels < 0).sum(),
    )
    assert egfr["threshold"] == {"value": 0.4, "set_on": "inner validation"}
    assert egfr["auc"]["interval"]["method"] == SMALL_SAMPLE
    figures = ("auc", "accuracy", "sensitivity", "specificity", "f1", "brier", "calibration_slope", "ece")
    for name in (*figures, "calibration_intercept", "calibration_in_the_large"):
        assert egfr[name]["interval"]["low"] <= egfr[name]["value"] <= egfr[name]["interval"]["high"]
        assert egfr[name]["interval"]["level"] == 0.95


def test_unknown_labels_are_as_if_absent():
    predictions = cohort()
    whole = evaluate_predictions(predictions, THRESHOLDS, settings=FEW).genes["KRAS"].to_json()
    known = predictions.labels[:, 1] >= 0
    part = Predictions(
        tuple(np.array(predictions.patient_ids)[known]),
        ("KRAS",),
        predictions.probabilities[known, 1:],
        predictions.labels[known, 1:],
    )
    alone = evaluate_predictions(part, THRESHOLDS, settings=FEW).genes["KRAS"].to_json()
    assert whole.pop("unknown") > 0
    assert alone.pop("unknown") == 0
    assert whole == alone


def test_folds_make_the_auc_fold_wise():
    predictions, folds = cohort(), np.arange(120) % 4
    found = evaluate_predictions(predictions, THRESHOLDS, folds, FEW)
    gene = predictions.gene("EGFR")
    expected = foldwise_auc(gene.labels, gene.probabilities, folds[gene.known], FEW.bootstrap)
    assert found.genes["EGFR"].auc == expected.auc
    content = found.to_json()["genes"]["EGFR"]["auc"]
    assert "within folds" in content["interval"]["method"]
    assert (content["pairs"], content["folds"]) == (expected.pairs, 4)
    with pytest.raises(CohortError, match="3 fold numbers for 120 patients"):
        evaluate_predictions(predictions, THRESHOLDS, folds[:3], FEW)


@pytest.mark.parametrize(
    ("labels", "probabilities"),
    [
        ([-1, -1, -1], [0.2, 0.5, 0.9]),
        ([0, 0, 0], [0.2, 0.5, 0.9]),
        ([1, 1, 1], [0.2, 0.5, 0.9]),
        ([0, 1, -1], [0.2, 0.9, 0.9]),
        ([1, 0, 0], [0.5, 0.5, 0.5]),
        ([1, 0, 1], [1.0, 0.0, 1.0]),
        ([1], [0.5]),
    ],
)
@pytest.mark.parametrize("with_folds", [False, True])
def test_what_is_undefined_is_null_with_a_reason(labels, probabilities, with_folds):
    n = len(labels)
    predictions = Predictions(
        tuple("abc"[:n]), ("EGFR",), np.array(probabilities)[:, None], np.array(labels, dtype=np.int8)[:, None]
    )
    folds = np.zeros(n, dtype=np.int64) if with_folds else None
    content = evaluate_predictions(predictions, THRESHOLDS, folds, FEW).to_json()
    assert finite(content)
    json.dumps(content, allow_nan=False)
    for figure in content["genes"]["EGFR"].values():
        if isinstance(figure, dict) and "interval" in figure:
            missing = figure["value"] is None or figure["interval"] is None
            assert (figure["reason"] is not None) == missing


def test_the_same_seed_gives_the_same_report():
    first, second = (evaluate_predictions(cohort(), THRESHOLDS, settings=FEW).to_json() for _ in range(2))
    assert first == second


def test_calls_are_mutant_at_the_threshold_itself():
    predictions = Predictions(("a", "b"), ("EGFR",), np.array([[0.4], [0.4]]), np.array([[1], [0]], dtype=np.int8))
    counts = evaluate_predictions(predictions, THRESHOLDS, settings=FEW).genes["EGFR"].metrics.counts
    assert (counts.true_mutant, counts.false_mutant) == (1, 1)


def test_a_gene_without_a_threshold_is_refused():
    with pytest.raises(SettingsError, match="no threshold for KRAS"):
        evaluate_predictions(cohort(), {"EGFR": THRESHOLDS["EGFR"]}, settings=FEW)


@pytest.mark.parametrize(
    ("ids", "probabilities", "labels", "message"),
    [
        (("a", "a"), [[0.1], [0.2]], [[0], [1]], r"patient 'a' has 2 rows.*patient_level"),
        (("a", "b"), [[0.1], [np.nan]], [[0], [1]], r"patient 'b', gene EGFR: probability nan"),
        (("a", "b"), [[0.1], [1.2]], [[0], [1]], r"probability 1.2; expected a number from 0 to 1"),
        (("a", "b"), [[0.1], [0.2]], [[0], [2]], r"label 2; expected 1 \(mutant\)"),
        (("a", "b"), [[0.1], [0.2]], [[0], [0.5]], r"label 0.5"),
        (("a", "b"), [[0.1]], [[0], [1]], r"shape \(1, 1\); 2 rows x 1 genes"),
    ],
)
def test_predictions_that_cannot_be_meant(ids, probabilities, labels, message):
    with pytest.raises(CohortError, match=message):
        Predictions(ids, ("EGFR",), np.array(probabilities), np.array(labels))


def test_predictions_are_copied_and_read_only():
    table = np.array([[0.1], [0.2]])
    predictions = Predictions(("a", "b"), ("EGFR",), table, np.array([[0], [1]], dtype=np.int8))
    table[0] = 0.9
    assert predictions.probabilities[0, 0] == 0.1
    with pytest.raises(ValueError, match="read-only"):
        predictions.probabilities[0, 0] = 0.5
    with pytest.raises(CohortError, match="no predictions for gene 'ALK'"):
        predictions.gene("ALK")
