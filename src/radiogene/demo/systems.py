"""The three systems of the demonstration, trained on site A and asked about site B."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow, by_patient
from radiogene.cohort.store import CubeStore
from radiogene.decision.decision import Decision, ModelKind, fit_decision
from radiogene.evaluation.predictions import UNKNOWN, Predictions, label_table
from radiogene.methods.clinical_forest import ClinicalForest
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.settings import TrainingSettings
from radiogene.training.stages.schedule import schedule_of
from radiogene.training.train import train

BOTH = "both"
IMAGE_ONLY = "image only"
CLINICAL_ONLY = "clinical only"

GENES = ("EGFR", "KRAS")
OUT_OF_BAG = "out-of-bag"


def train_network(
    store: CubeStore, out: Path, *, with_clinical: bool, seed: int, epochs: int | None, progress: bool
) -> None:
    """Trains MMDL (`tiny`) on site A and writes its model folder."""
    schedule = schedule_of("tiny")
    settings = TrainingSettings(
        preset="tiny",
        genes=GENES,
        clinical_columns=DEFAULT_COLUMNS if with_clinical else (),
        schedule=schedule
        if epochs is None
        else replace(schedule, all_layers=replace(schedule.all_layers, epochs=epochs)),
        seed=seed,
    )
    train(PreparedCohort.of(store), settings, out, RunOptions(accelerator="cpu", progress=progress))


def clinical_predictions(training: CubeStore, external: CubeStore, seed: int) -> tuple[Predictions, Decision]:
    """Predictions of the clinical forest for site B, and its thresholds from out-of-bag predictions of site A.

    It gets what MMDL gets: age, sex, smoking. Stage would tell it the nodule's size, which is the picture's to tell.
    """
    rows = _patients(training)
    asked = _patients(external)
    labels = label_table(rows, GENES)
    fitted, answers = np.full(labels.shape, 0.5), np.empty((len(asked), len(GENES)))
    for column in range(len(GENES)):
        known = np.flatnonzero(labels[:, column] != UNKNOWN)
        forest = ClinicalForest(DEFAULT_COLUMNS, seed).fit([rows[i] for i in known], labels[known, column])
        fitted[known, column] = forest.out_of_bag
        answers[:, column] = forest.predict_proba(asked)[:, 1]
    decision = fit_decision(_predictions(rows, fitted), set_on=OUT_OF_BAG, model_kind=ModelKind.SINGLE)
    return _predictions(asked, answers), decision


def _patients(store: CubeStore) -> list[PatientRow]:
    """One row per patient."""
    return [rows[0] for rows in by_patient([record.row for record in store.records]).values()]


def _predictions(
    rows: Sequence[PatientRow], probabilities: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"
) -> Predictions:
    return Predictions(tuple(row.patient_id for row in rows), GENES, probabilities, label_table(rows, GENES))
