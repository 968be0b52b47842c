"""A prepared cohort in, a model folder out: members, thresholds from patients they had not seen, one folder."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.label_copies import refuse_label_copies
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.decision.decision import ModelKind, fit_decision
from radiogene.errors import TrainingError
from radiogene.evaluation.predictions import Predictions
from radiogene.evaluation.predictions_table import predictions_table
from radiogene.model.model_folder import write_model
from radiogene.model.settings import ModelSettings
from radiogene.model.training_range import training_ranges
from radiogene.parallel.workers import Workers
from radiogene.storage.atomic_files import write_text
from radiogene.storage.library_versions import library_versions
from radiogene.training.fitting.run_options import RunOptions, process_rank
from radiogene.training.fitting.unfinished import UnfinishedTraining
from radiogene.training.initial_weights import InitialWeights, RandomWeights
from radiogene.training.members.member_tasks import MemberTask, trained_members
from radiogene.training.members.members import Member, members_of
from radiogene.training.members.trained_member import TrainedMember
from radiogene.training.members.unseen_predictions import UnseenPredictions, unseen_predictions
from radiogene.training.settings import KeptModel, TrainingSettings
from radiogene.training.training_cohort import TrainingCohort, refuse_one_class, training_cohort


@dataclass(frozen=True, eq=False)
class FinishedTraining:
    """What a training leaves beside its folder.

    Attributes:
        settings: of the model.
        unseen: what set its thresholds, with the patients' identifiers, which the folder does not hold.
    """

    settings: ModelSettings
    unseen: UnseenPredictions


def train(
    prepared: PreparedCohort,
    settings: TrainingSettings,
    out: Path,
    options: RunOptions,
    initial: InitialWeights = RandomWeights(),
    out_of_fold: Path | None = None,
    labels: NDArray[np.int8] | None = None,
    workers: Workers = 1,
) -> FinishedTraining | None:
    """Trains a model and writes its folder, whole or not at all; an interrupted training goes on where it stopped.

    Args:
        prepared: patients of a store, with labels.
        settings: what to train.
        out: the model folder; beside it, `OUT.unfinished` holds what is done until the model is written.
        options: device, precision, progress.
        initial: where the view networks start.
        out_of_fold: a CSV file for each patient's out-of-fold probabilities; needs folds.
        labels: (N, G) 1 mutant, 0 wild type, -1 unknown, in place of those of the table.
        workers: who trains the members; 1 trains them here, one after the other.

    Returns:
        None in all processes of a distributed training but the first.

    Raises:
        TrainingError: a gene has too few known patients of a kind, the loss is not a number, or the cubes are of no
            store, so that nobody could say how they were prepared.
        CohortError: a clinical column is missing, unusable or a copy of a label.
        SettingsError: the unfinished training beside `out` is another one.
        WorkersError: workers ended, or cannot be used; what is trained is kept.

    Source: paper, sections "Deep learning model" and "Multi-model decision-level fusion".
    """
    started = time.monotonic()
    store = _store_of(prepared)
    cohort = training_cohort(prepared, settings.genes, labels)
    refuse_label_copies(cohort.rows, settings.clinical_columns, settings.genes)
    members = members_of(settings, cohort.patient_labels)
    _refuse_unusable_parts(cohort, members, settings)
    # A patient whose largest nodule cannot be told is refused before the training, not after it.
    cohort.patient_predictions(np.arange(len(cohort.rows)), np.zeros(cohort.labels.shape), settings.nodule_rule)

    unfinished = UnfinishedTraining(out, _command(store, cohort, settings, options, initial))
    task = MemberTask(store.path, prepared.nodules, labels, settings, initial, options, unfinished.path)
    with unfinished:
        trained = trained_members(cohort, members, task, workers)
    if process_rank() > 0:
        return None

    unseen = unseen_predictions(cohort, members, trained, settings.nodule_rule)
    decision = fit_decision(unseen.predictions, set_on=unseen.set_on, model_kind=_kind(settings))
    kept = [done for member, done in zip(members, trained, strict=True) if member.kept]
    model = _model_settings(store, cohort, settings, kept)
    manifest = _manifest(cohort, settings, members, trained, options, initial, len(store.failures))
    if settings.folds:
        manifest["cross_validation"] = [run.to_json() for run in unseen.runs]
    manifest["seconds"] = round(time.monotonic() - started, 1)
    history = [
        {"member": member.name, "stages": [outcome.to_json() for outcome in done.outcomes]}
        for member, done in zip(members, trained, strict=True)
    ]
    write_model(
        out,
        model,
        [member.weights() for member in kept],
        decision,
        manifest,
        sorted(set(cohort.fingerprints)),
        history,
        unseen_table=_nameless_table(unseen) if settings.folds else None,
    )
    if out_of_fold is not None:
        write_text(out_of_fold, "".join(_tables(unseen)))
    unfinished.remove()
    return FinishedTraining(model, unseen)


def _store_of(prepared: PreparedCohort) -> CubeStore:
    """The store that the cohort's cubes come from."""
    if not isinstance(prepared.source, CubeStore):
        raise TrainingError("These cubes are of no store; a network is trained on what `radiogene prepare` wrote.")
    return prepared.source


def _refuse_unusable_parts(cohort: TrainingCohort, members: Sequence[Member], settings: TrainingSettings) -> None:
    """Refuses before the first member is trained what the last could not be trained on."""
    for member in members:
        where = "" if member.fold is None else f" of fold {member.fold}, seed {member.seed},"
        for part, ids in (("training", member.fitting_ids), ("inner validation", member.validation_ids)):
            refuse_one_class(cohort, cohort.of_patients(ids), f"{part} part{where}")
        fitting = cohort.rows_at(cohort.of_patients(member.fitting_ids))
        ClinicalEncoder.fit(fitting, settings.clinical_columns).encode(cohort.rows)


def _command(
    store: CubeStore,
    cohort: TrainingCohort,
    settings: TrainingSettings,
    options: RunOptions,
    initial: InitialWeights,
) -> dict[str, Any]:
    """Everything that decides the result: an unfinished training goes on with the same only."""
    nodules = [
        (fingerprint, row.patient_values(), labels, size, index)
        for fingerprint, row, labels, size, index in zip(
            cohort.fingerprints,
            cohort.rows,
            cohort.labels.tolist(),
            cohort.sizes_mm.tolist(),
            cohort.index,
            strict=True,
        )
    ]
    return {
        "settings": settings.to_json(),
        "run": options.of_results(),
        "initial_weights": initial.to_json(),
        "preparation_hash": store.preparation_hash,
        "cohort_sha256": hashlib.sha256(json.dumps(nodules, sort_keys=True).encode()).hexdigest(),
        "versions": library_versions(),
    }


def _kind(settings: TrainingSettings) -> ModelKind:
    if settings.folds and settings.keep is KeptModel.REFIT:
        return ModelKind.REFIT
    return ModelKind.ENSEMBLE if settings.folds or settings.seeds > 1 else ModelKind.SINGLE


def _members_differ_in(settings: TrainingSettings) -> str:
    folds = settings.folds and settings.keep is KeptModel.ENSEMBLE
    return " and ".join(word for word, yes in (("folds", folds), ("seeds", settings.seeds > 1)) if yes)


def _model_settings(
    store: CubeStore, cohort: TrainingCohort, settings: TrainingSettings, kept: Sequence[TrainedMember]
) -> ModelSettings:
    shares = np.mean([member.view_shares for member in kept], axis=0)
    records = [store.records[i] for i in cohort.index]
    return ModelSettings(
        preset=settings.sizes,
        genes=settings.genes,
        attention=settings.attention,
        view_names=settings.view_names,
        view_sampling=settings.view_sampling,
        preparation=store.preparation.to_dict(),
        preparation_hash=store.preparation_hash,
        members=tuple(member.settings for member in kept),
        view_weights={
            gene: dict(zip(settings.view_names, shares[g].tolist(), strict=True))
            for g, gene in enumerate(settings.genes)
        },
        training_ranges=training_ranges(records),
        nodule_rule=settings.nodule_rule,
        synthetic=any(record.synthetic for record in records),
    )


def _manifest(
    cohort: TrainingCohort,
    settings: TrainingSettings,
    members: Sequence[Member],
    trained: Sequence[TrainedMember],
    options: RunOptions,
    initial: InitialWeights,
    failed_rows: int,
) -> dict[str, Any]:
    labels = cohort.patient_labels
    counts = {
        gene: {
            "mutant": sum(of[gene] == 1 for of in labels.values()),
            "wild type": sum(of[gene] == 0 for of in labels.values()),
            "unknown": sum(of[gene] is None for of in labels.values()),
        }
        for gene in settings.genes
    }
    return {
        "settings": settings.to_json(),
        "run": options.to_json(),
        "initial_weights": initial.to_json(),
        "training": {
            "patients": len(labels),
            "nodules": len(cohort.index),
            "rows_that_failed_in_preparation": failed_rows,
            "labels": counts,
        },
        "members_differ_in": _members_differ_in(settings),
        "members": [
            {
                "name": member.name,
                "seed": member.seed,
                "fold": member.fold,
                "kept": member.kept,
                "fitted_on_patients": len(member.fitting_ids),
                "inner_validation_patients": len(member.validation_ids),
                "held_out_patients": len(member.held_out_ids),
                "clinical_rules": list(done.settings.clinical.notes),
                "stages": [replace(outcome, history=()).to_json() for outcome in done.outcomes],
            }
            for member, done in zip(members, trained, strict=True)
        ],
    }


def _tables(unseen: UnseenPredictions) -> list[str]:
    """CSV texts with patients' identifiers, one per seed; only the first has a header."""
    texts = []
    for number, run in enumerate(unseen.runs):
        columns = {"seed": [run.seed] * len(run.folds), "fold": run.folds.tolist()}
        texts.append(predictions_table(run.predictions, columns, header=number == 0))
    return texts


def _nameless_table(unseen: UnseenPredictions) -> str:
    """The same without identifiers: a case has one number under all seeds, in an order that tells nothing."""
    first = unseen.runs[0]
    order = np.lexsort((first.predictions.probabilities[:, 0], first.folds))
    number_of = {first.predictions.patient_ids[row]: number for number, row in enumerate(order, start=1)}
    runs = []
    for run in unseen.runs:
        found = run.predictions
        rows = np.argsort([number_of[patient] for patient in found.patient_ids])
        names = tuple(str(number_of[found.patient_ids[row]]) for row in rows)
        nameless = Predictions(names, found.genes, found.probabilities[rows], found.labels[rows])
        runs.append(replace(run, predictions=nameless, folds=run.folds[rows]))
    return "".join(_tables(replace(unseen, runs=tuple(runs)))).replace("patient_id,", "case,", 1)
