"""The three systems of the demonstration, trained on site A and asked about site B."""

from dataclasses import replace
from pathlib import Path

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.decision.decision import Decision, ModelKind, fit_decision
from radiogene.evaluation.predictions import Predictions, label_table
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.tabular_method import TabularMethod
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.settings import TrainingSettings
from radiogene.training.stages.schedule import schedule_of
from radiogene.training.train import train

BOTH = "both"
IMAGE_ONLY = "image only"
CLINICAL_ONLY = "clinical only"

GENES = ("EGFR", "KRAS")


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
    """Predictions of the clinical forest for site B, and its thresholds from out-of-fold predictions of site A.

    It gets what MMDL gets: age, sex, smoking. Stage would tell it the nodule's size, which is the image's to tell.
    """
    patients, asked = PreparedCohort.of(training), PreparedCohort.of(external)
    forest = TabularMethod(
        TabularPlan(Learner.FOREST, clinical=DEFAULT_COLUMNS), MethodSettings(genes=GENES, seed=seed), folders=None
    )
    forest.fit(patients, label_table(patients.patients, GENES))
    decision = fit_decision(forest.unseen.predictions, set_on=forest.unseen.set_on, model_kind=ModelKind.REFIT)
    answers = forest.predict_proba(asked)
    return Predictions(asked.patient_ids, GENES, answers, label_table(asked.patients, GENES)), decision
