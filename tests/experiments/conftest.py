"""Two small stores of synthetic patients, cut from one cohort: to fit on, and to test on."""

import csv
from pathlib import Path

import numpy as np
import pytest

from radiogene.cohort.cohort_place import CohortPlace
from radiogene.cohort.store.prepare import prepare_cohort
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.decision.decision import Decision, ModelKind, fit_decision
from radiogene.evaluation.held_out import INNER_VALIDATION, OUT_OF_FOLD, CrossValidation, HeldOutPredictions
from radiogene.evaluation.predictions import Predictions
from radiogene.experiments.planned_fit import FitResult, PlannedFit
from radiogene.methods.method_settings import MethodSettings

TRAINING_PATIENTS = 20


@pytest.fixture(scope="session")
def two_places(synthetic_cohort, tmp_path_factory) -> tuple[CohortPlace, CohortPlace]:
    """Stores of the first 20 patients and of the other 8."""
    with synthetic_cohort.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    order = list(dict.fromkeys(row["patient_id"] for row in rows))
    places = []
    for name, chosen in (("training", order[:TRAINING_PATIENTS]), ("external", order[TRAINING_PATIENTS:])):
        table = synthetic_cohort.with_name(f"{name}.csv")
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(row for row in rows if row["patient_id"] in chosen)
        store = tmp_path_factory.mktemp("experiment-stores") / name
        assert not prepare_cohort(read_cohort(table), store).failed
        places.append(CohortPlace((Path(store),)))
    return places[0], places[1]


def predictions(labels: np.ndarray, probabilities: np.ndarray, prefix: str) -> Predictions:
    """Predictions of both genes for patients that only have numbers."""
    ids = tuple(f"{prefix}{n}" for n in range(len(labels)))
    return Predictions(ids, ("EGFR", "KRAS"), np.column_stack([probabilities] * 2), np.column_stack([labels] * 2))


@pytest.fixture
def made_result():
    """Makes a fit's result of given strength: probabilities are noise plus strength times the label."""

    def make(
        fit: PlannedFit,
        strength: float,
        *,
        folds: int | None = 4,
        patients: int = 80,
        seed: int = 1,
        flip: bool = False,
    ) -> FitResult:
        generator = np.random.default_rng([seed, fit.settings.seed])
        parts = []
        for prefix in ("t", "e"):
            labels = np.arange(patients) % 2
            sign = -1 if flip and prefix == "e" else 1
            logits = generator.normal(size=patients) + sign * strength * (2 * labels - 1)
            parts.append(predictions(labels.astype(np.int8), 1 / (1 + np.exp(-logits)), prefix))
        own, external = parts
        held_out = HeldOutPredictions(own, INNER_VALIDATION)
        if folds is not None:
            numbers = (np.arange(patients) // 2) % folds
            held_out = HeldOutPredictions(own, OUT_OF_FOLD, (CrossValidation(fit.settings.seed, own, numbers),))
        kind = ModelKind.SINGLE if folds is None else ModelKind.REFIT
        decision: Decision = fit_decision(own, held_out.set_on, kind)
        return FitResult(fit, decision, held_out, external, {}, (), 1.0, "fits/x/model")

    return make


@pytest.fixture
def clinical_fit() -> PlannedFit:
    """A fit that takes seconds."""
    return PlannedFit("clinical", MethodSettings(folds=2))
