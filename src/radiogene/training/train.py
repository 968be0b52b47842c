"""A store of cubes in, a model folder out: split, fit, train the stages, set the thresholds, write."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.row import PatientRow, patient_labels
from radiogene.cohort.splits import inner_validation_split
from radiogene.cohort.store import CubeStore
from radiogene.decision.decision import ModelKind, fit_decision
from radiogene.errors import TrainingError
from radiogene.evaluation.patient_level import NodulePredictions, patient_level
from radiogene.evaluation.predictions import UNKNOWN, Predictions, label_table
from radiogene.model.inference import NetworkOutputs, network_outputs, views_named
from radiogene.model.known_cubes import cube_fingerprint, fingerprints
from radiogene.model.model_folder import write_model
from radiogene.model.settings import MemberSettings, ModelSettings
from radiogene.model.training_range import training_ranges
from radiogene.networks.fusion import view_weights
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import build_mmdl, preset_named
from radiogene.networks.standardisation import fit_standardisation
from radiogene.networks.view_sampling import ViewSampler
from radiogene.training.augmentation import Augmentation
from radiogene.training.settings import TrainingSettings
from radiogene.training.stage_runner import RunOptions, StageOutcome, run_stage
from radiogene.training.stages import StageInput, StageName, TrainingStage
from radiogene.training.training_patients import TrainingPatients

SET_ON = "inner validation"


@dataclass(frozen=True, eq=False)
class TrainingCohort:
    """The nodules of a store whose patient has a known status of at least one gene.

    Attributes:
        index: (N,) positions in the store.
        rows: N patients' values.
        cubes_zyx: (N, 64, 64, 64) int16 HU.
        labels: (N, G) int8: 1 mutant, 0 wild type, -1 unknown.
        sizes_mm: (N,) largest extent of each nodule; NaN for a point.
    """

    index: tuple[int, ...]
    rows: tuple[PatientRow, ...]
    cubes_zyx: NDArray[np.int16]
    labels: NDArray[np.int8]
    sizes_mm: NDArray[np.float64]

    def of_patients(self, patients: Sequence[str]) -> NDArray[np.int_]:
        """Positions in this cohort of the nodules of these patients."""
        chosen = set(patients)
        return np.array([i for i, row in enumerate(self.rows) if row.patient_id in chosen], dtype=int)


def train(store: CubeStore, settings: TrainingSettings, out: Path, options: RunOptions) -> ModelSettings:
    """Trains one model and writes its folder, whole or not at all.

    Args:
        store: prepared cubes with labels.
        settings: what to train.
        out: the model folder.
        options: device, precision, progress.

    Raises:
        TrainingError: a gene has too few known patients of a kind, or the loss is not a number.
        CohortError: a clinical column is missing or unusable.

    Source: paper, sections "Deep learning model" and "Multi-model decision-level fusion".
    """
    started = time.monotonic()
    cohort = training_cohort(store, settings.genes)
    labels = patient_labels(cohort.rows, settings.genes)
    split = inner_validation_split(tuple(labels), labels, settings.schedule.validation_share, settings.seed)
    fitting, validating = cohort.of_patients(split.train_ids), cohort.of_patients(split.test_ids)
    for part, positions in (("training", fitting), ("inner validation", validating)):
        _refuse_one_class(cohort.labels[positions], settings.genes, part)

    _refuse_shared_cubes(cohort)
    # A patient whose largest nodule cannot be told is refused before the training, not after it.
    nodules_to_patients(cohort, np.arange(len(cohort.rows)), np.zeros(cohort.labels.shape), settings)

    fitting_rows = [cohort.rows[i] for i in fitting]
    member = MemberSettings(
        fit_standardisation((cohort.cubes_zyx[i] for i in fitting), per_image=settings.per_image_standardisation),
        ClinicalEncoder.fit(fitting_rows, settings.clinical_columns),
    )
    lightning.seed_everything(settings.seed, verbose=False)
    network = build_mmdl(
        preset_named(settings.preset),
        settings.genes,
        clinical_count=member.clinical.width,
        views=len(settings.view_names),
        attention=settings.attention,
    )
    outcomes = _run_stages(network, cohort, fitting, validating, member, settings, options)

    sampler = _sampler(settings)
    on_fitting = network_outputs(network.cpu(), sampler, member, cohort.cubes_zyx[fitting], fitting_rows)
    on_validation = network_outputs(
        network, sampler, member, cohort.cubes_zyx[validating], [cohort.rows[i] for i in validating]
    )
    validation = nodules_to_patients(cohort, validating, on_validation.probabilities, settings)
    decision = fit_decision(validation, set_on=SET_ON, model_kind=ModelKind.SINGLE)
    model = _model_settings(store, cohort, settings, member, network, on_fitting)
    manifest = _manifest(
        settings, cohort, split.train_ids, split.test_ids, outcomes, member, options, len(store.failures)
    )
    manifest["seconds"] = round(time.monotonic() - started, 1)
    write_model(
        out,
        model,
        [network.state_dict()],
        decision,
        manifest,
        fingerprints(cohort.cubes_zyx),
        [asdict(outcome) for outcome in outcomes],
    )
    return model


def training_cohort(store: CubeStore, genes: tuple[str, ...]) -> TrainingCohort:
    """The nodules of a store that can be trained on.

    Raises:
        TrainingError: none has a known status.
    """
    table = label_table([record.row for record in store.records], genes)
    index = np.flatnonzero((table != UNKNOWN).any(axis=1))
    if index.size == 0:
        raise TrainingError(
            f"No nodule of the store has a known status of {' or '.join(genes)}. Fill these columns of the cohort "
            "table and run `radiogene prepare` again."
        )
    records = [store.records[i] for i in index]
    return TrainingCohort(
        tuple(int(i) for i in index),
        tuple(record.row for record in records),
        np.stack([store.cube(int(i)) for i in index]),
        table[index],
        np.array([record.largest_extent_mm for record in records], dtype=np.float64),
    )


def nodules_to_patients(
    cohort: TrainingCohort, positions: NDArray[np.int_], probabilities: NDArray[np.float64], settings: TrainingSettings
) -> Predictions:
    """One prediction per patient from those of its nodules (`positions` into the cohort)."""
    nodules = NodulePredictions(
        tuple(cohort.rows[i].patient_id for i in positions),
        settings.genes,
        probabilities,
        cohort.labels[positions],
        cohort.sizes_mm[positions],
    )
    return patient_level(nodules, settings.nodule_rule)


def _refuse_shared_cubes(cohort: TrainingCohort) -> None:
    """Refuses one cube under two patients: it could stand in both parts of a split."""
    owners: dict[str, str] = {}
    for row, cube in zip(cohort.rows, cohort.cubes_zyx, strict=True):
        owner = owners.setdefault(cube_fingerprint(cube), row.patient_id)
        if owner != row.patient_id:
            raise TrainingError(
                f"Patients {owner!r} and {row.patient_id!r} have the same cube: one scan under two identifiers would "
                "leak between the parts of a split. Give one patient one patient_id."
            )


def _refuse_one_class(labels: NDArray[np.int8], genes: tuple[str, ...], part: str) -> None:
    for column, gene in enumerate(genes):
        known = labels[:, column][labels[:, column] != UNKNOWN]
        mutants = int(known.sum())
        if mutants == 0 or mutants == len(known):
            raise TrainingError(
                f"The {part} part has {mutants} {gene} mutants among {len(known)} nodules with a known status; at "
                f"least one of each kind is needed. Add patients, choose another --seed, or leave {gene} out (--genes)."
            )


def _run_stages(
    network: MMDL,
    cohort: TrainingCohort,
    fitting: NDArray[np.int_],
    validating: NDArray[np.int_],
    member: MemberSettings,
    settings: TrainingSettings,
    options: RunOptions,
) -> list[StageOutcome]:
    clinical = member.clinical.encode(cohort.rows)
    training, validation = (
        TrainingPatients(cohort.cubes_zyx[p], clinical[p], cohort.labels[p], [cohort.index[i] for i in p])
        for p in (fitting, validating)
    )
    stage_input = StageInput(
        _sampler(settings), member.standardisation, Augmentation(settings.seed, len(settings.view_names))
    )
    weights = _positive_weights(cohort.labels[fitting]) if settings.class_weighting else None
    outcomes: list[StageOutcome] = []
    for name, schedule in (
        (StageName.ALL_LAYERS, settings.schedule.all_layers),
        (StageName.FUSION, settings.schedule.fusion),
    ):
        if schedule.epochs == 0:
            continue
        first_epoch = sum(outcome.epochs for outcome in outcomes)
        stage = TrainingStage(network, name, schedule, stage_input, first_epoch, weights)
        with tempfile.TemporaryDirectory() as scratch:
            outcomes.append(
                run_stage(stage, training, validation, settings.schedule.batch_patients, options, Path(scratch))
            )
    return outcomes


def _sampler(settings: TrainingSettings) -> ViewSampler:
    return ViewSampler(
        preset_named(settings.preset).image_size, settings.view_sampling, views_named(settings.view_names)
    )


def _positive_weights(labels: NDArray[np.int8]) -> torch.Tensor:
    """(G,) wild types per mutant."""
    return torch.tensor([float((column == 0).sum() / (column == 1).sum()) for column in labels.T], dtype=torch.float32)


def _model_settings(
    store: CubeStore,
    cohort: TrainingCohort,
    settings: TrainingSettings,
    member: MemberSettings,
    network: MMDL,
    on_training: NetworkOutputs,
) -> ModelSettings:
    shares = view_weights(network.fusion.weights, torch.from_numpy(on_training.neurons))
    return ModelSettings(
        preset=preset_named(settings.preset),
        genes=settings.genes,
        attention=settings.attention,
        view_names=settings.view_names,
        view_sampling=settings.view_sampling,
        preparation=store.preparation,
        preparation_hash=store.preparation_hash,
        members=(member,),
        view_weights={
            gene: dict(zip(settings.view_names, shares[g].tolist(), strict=True))
            for g, gene in enumerate(settings.genes)
        },
        training_ranges=training_ranges([store.records[i] for i in cohort.index]),
        nodule_rule=settings.nodule_rule,
        synthetic=store.synthetic,
    )


def _manifest(
    settings: TrainingSettings,
    cohort: TrainingCohort,
    training: Sequence[str],
    validation: Sequence[str],
    outcomes: Sequence[StageOutcome],
    member: MemberSettings,
    options: RunOptions,
    failed_rows: int,
) -> dict[str, Any]:
    labels = patient_labels(cohort.rows, settings.genes)
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
        "run": asdict(options),
        "training": {
            "patients": len(labels),
            "nodules": len(cohort.index),
            "rows_that_failed_in_preparation": failed_rows,
            "labels": counts,
            "fitted_on_patients": len(training),
            "inner_validation_patients": len(validation),
        },
        "clinical_rules": list(member.clinical.notes),
        "stages": [{k: v for k, v in asdict(outcome).items() if k != "history"} for outcome in outcomes],
    }
