"""decision.json: fitted, stored, read and refused."""

import copy
import json

import numpy as np
import pytest

from radiogene.decision.calibration import CalibrationKind, IdentityCalibration, TemperatureCalibration
from radiogene.decision.decision import Decision, GeneDecision, ModelKind, fit_decision
from radiogene.decision.threshold import youden_threshold
from radiogene.errors import TrainingError, WeightsError
from radiogene.evaluation.evaluation import Threshold, evaluate_predictions
from radiogene.evaluation.predictions import Predictions
from radiogene.storage.atomic_files import write_json


@pytest.fixture
def predictions():
    generator = np.random.default_rng(0)
    labels = generator.choice([0, 1, -1], (80, 2), p=[0.55, 0.3, 0.15]).astype(np.int8)
    probabilities = np.clip(generator.normal(0.4 + 0.15 * (labels == 1), 0.25), 0.01, 0.99)
    return Predictions(tuple(f"P{i}" for i in range(80)), ("EGFR", "KRAS"), probabilities, labels)


@pytest.mark.parametrize("kind", CalibrationKind)
@pytest.mark.parametrize("model_kind", ModelKind)
def test_round_trip_through_a_file(predictions, tmp_path, kind, model_kind):
    decision = fit_decision(predictions, "out-of-fold", model_kind, kind)
    write_json(tmp_path / "decision.json", decision.to_json())
    again = Decision.from_json(json.loads((tmp_path / "decision.json").read_text()))
    assert again == decision
    assert again.gene("EGFR").set_on == "out-of-fold"
    assert again.gene("EGFR").patients == (predictions.labels[:, 0] >= 0).sum()
    assert again.gene("EGFR").mutants == (predictions.labels[:, 0] == 1).sum()


def test_calibration_comes_first_and_the_threshold_lives_on_its_scale(predictions):
    decision = fit_decision(predictions, "inner validation", ModelKind.SINGLE, CalibrationKind.TEMPERATURE)
    gene, known = decision.gene("KRAS"), predictions.gene("KRAS")
    expected = youden_threshold(known.labels, gene.calibration.apply(known.probabilities))
    assert gene.threshold == expected.value
    plain = fit_decision(predictions, "inner validation", ModelKind.SINGLE).gene("KRAS")
    assert plain.calibration == IdentityCalibration()
    assert plain.threshold != pytest.approx(gene.threshold, abs=1e-3)
    # A temperature keeps the order of patients, so the calls are the same on both scales.
    for raw in predictions.probabilities[:, 1]:
        assert gene.call(gene.calibrated(raw)) == plain.call(plain.calibrated(raw))


def test_calls():
    gene = GeneDecision(0.3, TemperatureCalibration(2.0), "out-of-fold", 10, 4)
    assert (gene.call(0.3), gene.call(0.2999999)) == ("mutant", "wild type")
    # Log odds ln(1/9) halved are ln(1/3): 0.25.
    assert gene.calibrated(0.1) == pytest.approx(0.25)


def test_one_patient_and_a_cohort_get_the_same_probability(predictions):
    decision = fit_decision(predictions, "out-of-fold", ModelKind.ENSEMBLE, CalibrationKind.ISOTONIC)
    table = decision.calibrated(predictions).probabilities
    for column, name in enumerate(predictions.genes):
        one_by_one = [decision.gene(name).calibrated(p) for p in predictions.probabilities[:, column]]
        assert np.array(one_by_one).tobytes() == np.ascontiguousarray(table[:, column]).tobytes()


def test_feeds_an_evaluation(predictions):
    decision = fit_decision(predictions, "out-of-fold", ModelKind.REFIT)
    assert decision.thresholds()["EGFR"] == Threshold(decision.gene("EGFR").threshold, "out-of-fold")
    found = evaluate_predictions(decision.calibrated(predictions), decision.thresholds()).genes["EGFR"]
    known = predictions.gene("EGFR")
    youden = youden_threshold(known.labels, known.probabilities)
    assert found.metrics.sensitivity.value == youden.sensitivity
    assert found.metrics.specificity.value == youden.specificity


def test_one_class_is_refused_and_the_gene_named(predictions):
    labels = predictions.labels.copy()
    labels[:, 1] = 0
    with pytest.raises(
        TrainingError, match="KRAS, predictions of inner validation: no threshold can be set: no mutant"
    ):
        fit_decision(
            Predictions(predictions.patient_ids, predictions.genes, predictions.probabilities, labels),
            "inner validation",
            ModelKind.SINGLE,
        )


STORED = {
    "model_kind": "single",
    "genes": {
        "EGFR": {
            "threshold": 0.4,
            "calibration": {"kind": "identity"},
            "set_on": "inner validation",
            "patients": 40,
            "mutants": 12,
        }
    },
}


def changed(**gene):
    """The stored decision with some of its gene's values replaced; None removes the key."""
    content = copy.deepcopy(STORED)
    for key, value in gene.items():
        content["genes"]["EGFR"][key] = value
        if value is None:
            del content["genes"]["EGFR"][key]
    return content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], r"decision.json: found \[\], wanted an object; copy the whole folder again"),
        (STORED | {"comment": "x"}, "decision.json, comment: found this key, wanted no key of that name"),
        ({"genes": STORED["genes"]}, "decision.json, model_kind: found no such key"),
        (STORED | {"model_kind": "committee"}, "found \"committee\", wanted 'refit', 'ensemble' or 'single'"),
        (STORED | {"model_kind": ["single"]}, "wanted 'refit', 'ensemble' or 'single'"),
        (STORED | {"genes": {}}, "at least one gene"),
        (changed(treshold=0.4), "genes.EGFR.treshold: found this key"),
        (changed(threshold=None), "genes.EGFR.threshold: found no such key"),
        (changed(threshold=1.4), r"genes.EGFR: threshold 1.4; a number from 0 to 1"),
        (changed(threshold=float("nan")), "genes.EGFR.threshold: found NaN, wanted a finite number"),
        (changed(threshold="0.4"), 'genes.EGFR.threshold: found "0.4", wanted a number'),
        (changed(mutants=40), "40 patients with 40 mutants"),
        (changed(mutants=True), "genes.EGFR.mutants: found true, wanted a whole number"),
        (changed(patients=40.5), "genes.EGFR.patients: found 40.5, wanted a whole number"),
        (changed(set_on=" "), "which predictions"),
        (changed(set_on=3), "genes.EGFR.set_on: found 3, wanted text"),
        (changed(calibration={"kind": "temperature"}), "genes.EGFR.calibration.temperature: found no such key"),
    ],
)
def test_a_damaged_file_is_refused(content, message):
    with pytest.raises(WeightsError, match=message):
        Decision.from_json(content)


def test_the_stored_form_stays_readable():
    assert Decision.from_json(STORED).to_json() == STORED
    with pytest.raises(WeightsError, match="no decision for gene 'ALK'"):
        Decision.from_json(STORED).gene("ALK")
