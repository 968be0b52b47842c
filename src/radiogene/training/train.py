"""A prepared cohort in, fitted networks out: members trained, asked about patients they had not seen, described."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.joined_stores import Stores
from radiogene.decision.decision import ModelKind
from radiogene.decision.familiarity import NO_FOLDS_TYPICAL, Familiarity, HeldOutDistances, familiarity_of
from radiogene.evaluation.class_counts import refuse_few_of_a_class
from radiogene.evaluation.held_out import HeldOutPredictions
from radiogene.model.nine_view_facts import MemberSettings
from radiogene.networks.mask_statistics import MaskStatistics
from radiogene.parallel.workers import Workers
from radiogene.storage.library_versions import library_versions
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.fitting.fit import MemberHistory
from radiogene.training.fitting.run_options import RunOptions, process_rank
from radiogene.training.fitting.unfinished import UnfinishedTraining
from radiogene.training.initial_weights import InitialWeights, RandomWeights
from radiogene.training.members.held_out_predictions import held_out_predictions
from radiogene.training.members.member_tasks import MemberTask, trained_members
from radiogene.training.members.member_training import MOVED_MM
from radiogene.training.members.members import Member, members_of
from radiogene.training.members.trained_member import TrainedMember
from radiogene.training.settings import KeptModel, TrainingSettings
from radiogene.training.training_cohort import TrainingCohort, store_of, training_cohort


@dataclass(frozen=True, eq=False)
class FittedNetworks:
    """What a training leaves; the weights lie in the folder of the unfinished training until it is removed.

    Attributes:
        kept: members that answer for a new patient.
        held_out: predictions for training patients by members that had not seen them.
        view_weights: per gene, the share of each view in the decision, the mean over the kept members.
        view_weights_of_fits: per gene, the same of every network that was fitted, those of the folds too: (members, V).
        masks_of_fits: of every network that was fitted, its attention masks.
        model_kind: what the kept members are.
        members_differ_in: "folds", "seeds", both, or nothing.
        record: settings, start and members for a manifest, plain JSON values.
        history: losses per member, stage and epoch.
        seen_cubes: fingerprints of the cubes that made the initial weights.
        familiarity: what a new case's features are held against.
    """

    kept: tuple[TrainedMember, ...]
    held_out: HeldOutPredictions
    view_weights: dict[str, dict[str, float]]
    view_weights_of_fits: dict[str, tuple[tuple[float, ...], ...]]
    masks_of_fits: tuple[tuple[MaskStatistics, ...], ...]
    model_kind: ModelKind
    members_differ_in: str
    record: JsonObject
    history: tuple[MemberHistory, ...]
    seen_cubes: frozenset[str] = frozenset()
    familiarity: Familiarity = NO_FOLDS_TYPICAL

    @property
    def members(self) -> tuple[MemberSettings, ...]:
        """What was fitted beside the weights of each kept member."""
        return tuple(member.settings for member in self.kept)


def train(
    prepared: PreparedCohort,
    settings: TrainingSettings,
    place: Path,
    options: RunOptions,
    initial: InitialWeights = RandomWeights(),
    labels: NDArray[np.int8] | None = None,
    workers: Workers = 1,
) -> FittedNetworks | None:
    """The fitted networks; an interrupted training goes on where it stopped.

    Args:
        prepared: patients of a store, with labels.
        settings: what to train.
        place: folder that holds what is done, also after the end: whoever has saved the networks removes it.
        options: device, precision, progress.
        initial: where the view networks start.
        labels: (N, G) 1 mutant, 0 wild type, -1 unknown, in place of those of the table.
        workers: who trains the members; 1 trains them here, one after the other.

    Returns:
        None in all processes of a distributed training but the first.

    Raises:
        TrainingError: a gene has too few known patients of a kind, the loss is not a number, the start was fitted to
            labels of these nodules, or the cubes are of no store, so that nobody could say how they were prepared.
        CohortError: a clinical column is missing or unusable.
        SettingsError: the unfinished training in `place` is another one.
        WorkersError: workers ended, or cannot be used; what is trained is kept.

    Source: paper, sections "Deep learning model" and "Multi-model decision-level fusion".
    """
    source = store_of(prepared)
    cohort = training_cohort(prepared, settings.genes, labels)
    members = members_of(settings, cohort.patient_labels)
    _refuse_unusable_parts(cohort, members, settings)
    # A patient whose largest nodule cannot be told is refused before the training, not after it.
    cohort.patient_predictions(np.arange(len(cohort.rows)), np.zeros(cohort.labels.shape), settings.nodule_rule)

    start = initial.of_training_on(cohort.fingerprints)
    unfinished = UnfinishedTraining(place, _command(source, cohort, settings, options, start))
    task = MemberTask(source.places, prepared.nodules, labels, settings, initial, options, unfinished.path)
    with unfinished:
        trained = trained_members(cohort, members, task, workers)
    if process_rank() > 0:
        return None

    kept = tuple(done for member, done in zip(members, trained, strict=True) if member.kept)
    shares = np.mean([member.view_shares for member in kept], axis=0)
    history = tuple(MemberHistory(member.name, done.outcomes) for member, done in zip(members, trained, strict=True))
    return FittedNetworks(
        kept=kept,
        held_out=held_out_predictions(cohort, members, trained, settings.nodule_rule),
        view_weights={
            gene: dict(zip(settings.view_names, shares[g].tolist(), strict=True))
            for g, gene in enumerate(settings.genes)
        },
        view_weights_of_fits={
            gene: tuple(tuple(member.view_shares[g].tolist()) for member in trained)
            for g, gene in enumerate(settings.genes)
        },
        masks_of_fits=tuple(member.masks for member in trained),
        model_kind=_kind(settings),
        members_differ_in=_members_differ_in(settings),
        record=_record(settings, members, trained, options, start),
        history=history,
        seen_cubes=initial.seen_cubes,
        familiarity=_familiarity(cohort, members, trained, settings),
    )


def _familiarity(
    cohort: TrainingCohort, members: Sequence[Member], trained: Sequence[TrainedMember], settings: TrainingSettings
) -> Familiarity:
    """What a new case's features are held against; of a patient with several nodules, those of the largest."""
    if not settings.folds:
        return NO_FOLDS_TYPICAL
    pairs = list(zip(members, trained, strict=True))
    held_out = [
        HeldOutDistances(member.seed, done.typical, done.distances[cohort.of_largest(done.positions)])
        for member, done in pairs
        if member.fold is not None
    ]
    kept = [done.typical for member, done in pairs if member.kept]
    return familiarity_of(kept, held_out, folds_answer=settings.keep is KeptModel.ENSEMBLE)


def _refuse_unusable_parts(cohort: TrainingCohort, members: Sequence[Member], settings: TrainingSettings) -> None:
    """Refuses before the first member is trained what the last could not be trained on."""
    for member in members:
        where = "" if member.fold is None else f" of fold {member.fold}, seed {member.seed},"
        for part, ids in (("training", member.fitting_ids), ("inner validation", member.validation_ids)):
            refuse_few_of_a_class(cohort.labels[cohort.of_patients(ids)], cohort.genes, 1, f"{part} part{where}")
        fitting = cohort.rows_at(cohort.of_patients(member.fitting_ids))
        ClinicalEncoder.fit(fitting, settings.clinical_columns).encode(cohort.rows)


def _command(
    source: Stores,
    cohort: TrainingCohort,
    settings: TrainingSettings,
    options: RunOptions,
    start: JsonObject,
) -> JsonObject:
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
        "initial_weights": start,
        "preparation_hash": source.preparation_hash,
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


def _click(settings: TrainingSettings, trained: Sequence[TrainedMember]) -> JsonObject:
    """Per gene, how far answers of held-out nodules move where the centre is marked 3 mm off; nothing without folds."""
    movements = np.concatenate([member.movements for member in trained])
    if not len(movements):
        return {}
    genes: JsonObject = {
        gene: {"median": float(np.median(own)), "ninth_decile": float(np.quantile(own, 0.9))}
        for gene, own in zip(settings.genes, movements.T, strict=True)
    }
    return {"click": {"radius_mm": float(MOVED_MM), "nodules": len(movements), "genes": genes}}


def _record(
    settings: TrainingSettings,
    members: Sequence[Member],
    trained: Sequence[TrainedMember],
    options: RunOptions,
    start: JsonObject,
) -> JsonObject:
    return {
        **_click(settings, trained),
        "settings": settings.to_json(),
        "run": options.to_json(),
        "initial_weights": start,
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
                "stages": [to_json(outcome.without_history) for outcome in done.outcomes],
            }
            for member, done in zip(members, trained, strict=True)
        ],
    }
