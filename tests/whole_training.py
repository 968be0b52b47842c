"""A training by detailed settings to its model folder: `radiogene.train` for tests that set what a preset decides."""

import shutil
from dataclasses import asdict
from pathlib import Path

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.evaluation.held_out_table import held_out_table
from radiogene.methods.method import FitContext
from radiogene.methods.method_settings import NineViewSettings, StageSettings
from radiogene.methods.registry import all_methods
from radiogene.methods.trained_model import FinishedFit, fit_model
from radiogene.parallel.workers import Workers
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.fitting.unfinished import unfinished_folder
from radiogene.training.settings import TrainingSettings


def nine_view_settings(settings: TrainingSettings, init: str = "random") -> NineViewSettings:
    """The settings by name that mean these."""
    schedule = settings.schedule
    return NineViewSettings(
        genes=settings.genes,
        clinical=settings.clinical_columns,
        folds=settings.folds,
        seed=settings.seed,
        seeds=settings.seeds,
        preset=settings.preset,
        batch=schedule.batch_patients,
        branches=StageSettings(**asdict(schedule.branches)),
        all_layers=StageSettings(**asdict(schedule.all_layers)),
        fusion=StageSettings(**asdict(schedule.fusion)),
        trunk_share=schedule.trunk_share,
        validation_share=schedule.validation_share,
        joint=settings.joint,
        class_weighting=settings.class_weighting,
        augmentation=settings.augmentation,
        acquisition_augmentation=settings.acquisition_augmentation,
        dropout=settings.dropout,
        freeze_normalisation=settings.freeze_normalisation,
        view_sampling=settings.view_sampling.value,
        per_image_standardisation=settings.per_image_standardisation,
        clinical_at=settings.clinical_at.value,
        keep=settings.keep.value,
        init=init,
        views=settings.view_names,
        attention=settings.attention,
        nodule_rule=settings.nodule_rule.value,
    )


def train(
    cohort: PreparedCohort,
    settings: TrainingSettings,
    out: Path,
    options: RunOptions,
    *,
    init: str = "random",
    out_of_fold: Path | None = None,
    workers: Workers = 1,
) -> FinishedFit:
    """What the fit left; the model folder is written, and with it the table of out-of-fold probabilities."""
    entry = next(entry for entry in all_methods().values() if entry.backbone == settings.backbone)
    state = unfinished_folder(out)
    context = FitContext(state, state / ".features", options, workers)
    finished = fit_model(entry, nine_view_settings(settings, init), cohort, context)
    assert finished is not None
    finished.write(out)
    if out_of_fold is not None:
        out_of_fold.write_text(held_out_table(finished.held_out))
    shutil.rmtree(state, ignore_errors=True)
    return finished
