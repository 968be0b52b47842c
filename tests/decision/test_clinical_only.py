"""A companion whose calibration cannot be fitted, and files that make no companion."""

import numpy as np
import pytest

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.row import PatientRow
from radiogene.decision.calibration import CalibrationKind
from radiogene.decision.clinical_only import ClinicalOnly, LogOdds, clinical_companion, recalibrated_companion
from radiogene.errors import TrainingError, WeightsError
from radiogene.evaluation.held_out import INNER_VALIDATION, OUT_OF_FOLD, CrossValidation, HeldOutPredictions
from radiogene.evaluation.predictions import Predictions
from radiogene.storage.typed_json import from_json, to_json

ROWS = [PatientRow(patient_id=str(n), age_years=50.0 + n % 7, sex="female", smoking=n % 2 == 0) for n in range(40)]
ENCODER = ClinicalEncoder.fit(ROWS, ("age", "smoking"))
LINES = {"EGFR": LogOdds(-0.5, (0.2, 0.1))}


def held_out(probabilities, labels):
    predictions = Predictions(
        tuple(row.patient_id for row in ROWS),
        ("EGFR",),
        np.reshape(probabilities, (-1, 1)),
        np.reshape(labels, (-1, 1)),
    )
    return HeldOutPredictions(predictions, OUT_OF_FOLD, (CrossValidation(0, predictions, np.arange(40) % 4),))


@pytest.fixture
def both():
    rng = np.random.default_rng(0)
    labels = (np.arange(40) // 4 % 2).astype(np.int8)
    good = np.clip(0.5 + 0.2 * (labels - 0.5) + 0.2 * rng.standard_normal(40), 0.01, 0.99)
    return held_out(good, labels), held_out(1 - good, labels)


def test_clinical_values_that_tell_nothing_are_left_as_they_are(both):
    companion = clinical_companion(ENCODER, LINES, *both, CalibrationKind.TEMPERATURE)
    assert companion.genes["EGFR"].calibration.kind is CalibrationKind.IDENTITY
    assert companion.genes["EGFR"].added.is_shown
    again = recalibrated_companion(companion, *both, CalibrationKind.ISOTONIC)
    assert again.genes["EGFR"].calibration.kind is CalibrationKind.ISOTONIC
    assert again.genes["EGFR"].log_odds == LINES["EGFR"]


def test_patients_in_another_order_give_the_same(both):
    model, alone = both
    rows = np.random.default_rng(1).permutation(40)

    def shuffled(each):
        own = each.predictions
        predictions = Predictions(
            tuple(own.patient_ids[row] for row in rows), own.genes, own.probabilities[rows], own.labels[rows]
        )
        return HeldOutPredictions(predictions, each.set_on, each.runs)

    expected = clinical_companion(ENCODER, LINES, model, alone, CalibrationKind.IDENTITY)
    assert clinical_companion(ENCODER, LINES, shuffled(model), alone, CalibrationKind.IDENTITY) == expected
    assert clinical_companion(ENCODER, LINES, model, shuffled(alone), CalibrationKind.IDENTITY) == expected


def test_a_companion_reads_back(both):
    kept = ClinicalOnly("", clinical_companion(ENCODER, LINES, *both, CalibrationKind.TEMPERATURE))
    assert from_json(ClinicalOnly, to_json(kept), where="clinical_only.json") == kept


def test_what_makes_no_companion_is_refused(both):
    with pytest.raises(WeightsError, match="a reason in its place"):
        ClinicalOnly("", None)
    with pytest.raises(WeightsError, match="EGFR has 1 coefficients; 2 were expected"):
        clinical_companion(ENCODER, {"EGFR": LogOdds(0.0, (1.0,))}, *both, CalibrationKind.IDENTITY)
    part = HeldOutPredictions(both[0].predictions, INNER_VALIDATION)
    with pytest.raises(TrainingError, match="without folds"):
        clinical_companion(ENCODER, LINES, part, both[1], CalibrationKind.IDENTITY)
