"""One member from cubes to weights: split, scale, build, start, run the stages, and ask it about held-out patients."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import lightning
import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.ct.acquisition_changes import moved
from radiogene.ct.nine_views import views_named
from radiogene.decision.familiarity import TypicalFeatures
from radiogene.errors import DamagedStateError
from radiogene.model.inference import BATCH_NODULES, NetworkOutputs, network_outputs
from radiogene.model.nine_view_facts import MemberSettings
from radiogene.networks.fusion import view_weights
from radiogene.networks.gene_branch import MUTANT, WILD_TYPE
from radiogene.networks.mask_statistics import measured_masks
from radiogene.networks.mmdl import MMDL
from radiogene.networks.normalisation_statistics import measure_normalisation
from radiogene.networks.presets import build_mmdl
from radiogene.networks.standardisation import fit_standardisation, standardised
from radiogene.networks.view_sampling import ViewSampler
from radiogene.storage.atomic_files import write_json
from radiogene.storage.typed_json import read_typed_json, to_json
from radiogene.training.batches.acquisition import AcquisitionAugmentation
from radiogene.training.batches.augmentation import Augmentation
from radiogene.training.batches.dropout_draws import DropoutDraws
from radiogene.training.batches.stored_cubes import Cubes
from radiogene.training.batches.training_patients import TrainingPatients
from radiogene.training.fitting.fit import LAST_FILE, FitLength, FitOutcome, fit, load_best_weights
from radiogene.training.fitting.process_plans import training_plan, validation_plan
from radiogene.training.fitting.run_options import RunOptions, mixed_arithmetic, process_rank, training_device
from radiogene.training.fitting.stopping import patience
from radiogene.training.initial_weights import InitialWeights
from radiogene.training.members.members import Member
from radiogene.training.members.trained_member import TrainedMember, read_member
from radiogene.training.settings import TrainingSettings
from radiogene.training.stages.frozen_features import frozen_features
from radiogene.training.stages.fusion_start import FusionStart, start_weights
from radiogene.training.stages.schedule import StageSchedule
from radiogene.training.stages.stage_input import CubeInput, Draws, FeatureInput, StageInput
from radiogene.training.stages.training_stage import StageName, TrainingStage
from radiogene.training.training_cohort import TrainingCohort

OUTCOME_FILE = "outcome.json"
FEATURES_FILE = "features.npy"

ASKED_AT_ONCE = 16 * BATCH_NODULES
"""Nodules whose cubes are in memory together when a trained network is asked about them: 128 MiB."""

MOVED_MM = 3
"""How far off the centre is marked in what a model card says of the movement of answers; a sample is 1 mm."""

SETTLING_NODULES = 4 * BATCH_NODULES
"""Nodules over which statistics of normalisation are measured anew."""


@dataclass(frozen=True, eq=False)
class MemberTraining:
    """Everything that the stages of one member share.

    Attributes:
        cohort: all nodules.
        member: seed and split.
        settings: what to train.
        initial: where it starts.
        options: how it runs here.
        fitted: scaling, fitted on the member's own fitting patients.
        place: the member's folder.
    """

    cohort: TrainingCohort
    member: Member
    settings: TrainingSettings
    initial: InitialWeights
    options: RunOptions
    fitted: MemberSettings
    place: Path

    @property
    def fitting(self) -> NDArray[np.int_]:
        """Nodules that weights are fitted on, positions in the cohort."""
        return self.cohort.of_patients(self.member.fitting_ids)

    @property
    def validation(self) -> NDArray[np.int_]:
        """Nodules that stop the stages."""
        return self.cohort.of_patients(self.member.validation_ids)

    @property
    def sampler(self) -> ViewSampler:
        """Cuts the views."""
        settings = self.settings
        return ViewSampler(settings.sizes.image_size, settings.view_sampling, views_named(settings.view_names))


def train_member(
    cohort: TrainingCohort,
    member: Member,
    settings: TrainingSettings,
    initial: InitialWeights,
    options: RunOptions,
    place: Path,
) -> TrainedMember | None:
    """The trained member; one that is finished is read, one that was interrupted goes on.

    Args:
        cohort: all nodules.
        member: seed and split.
        settings: what to train.
        initial: where it starts.
        options: how it runs here.
        place: the member's folder.

    Returns:
        None in all processes of a distributed training but the first.

    Raises:
        TrainingError: the loss is not a number.
        CohortError: a clinical column is missing or unusable.
    """
    finished = read_member(place)
    if finished is not None:
        return finished
    training = MemberTraining(cohort, member, settings, initial, options, _fit_scaling(cohort, member, settings), place)
    lightning.seed_everything(member.seed, verbose=False)
    network = build_mmdl(
        settings.sizes,
        settings.genes,
        clinical_count=training.fitted.clinical.width,
        views=len(settings.view_names),
        attention=settings.attention,
        clinical_at=settings.clinical_at,
    )
    network.recompute = options.recompute
    if options.compiled:
        network.compile_for_training()
    if not settings.dropout:
        network.dropout.keep = 1.0
    initial.load_into(network)
    outcomes = _run_stages(training, network)
    if process_rank() > 0:
        return None
    trained = _asked(training, network.to(training_device(options)), outcomes)
    trained.write(network.state_dict())
    return trained


def _fit_scaling(cohort: TrainingCohort, member: Member, settings: TrainingSettings) -> MemberSettings:
    fitting = cohort.of_patients(member.fitting_ids)
    return MemberSettings(
        fit_standardisation(
            (cohort.cubes_zyx[at : at + 1] for at in fitting),
            per_image=settings.per_image_standardisation,
            window_hu=settings.sizes.window_hu,
        ),
        ClinicalEncoder.fit(cohort.rows_at(fitting), settings.clinical_columns),
    )


def _settle(training: MemberTraining, network: MMDL) -> None:
    """Lets the normalisation of a network whose masks are new know what they do to its maps."""
    device = training_device(training.options)
    sampler = training.sampler.to(device)
    fitting = training.fitting[:SETTLING_NODULES]
    batches = (
        standardised(
            sampler(torch.from_numpy(training.cohort.cubes_zyx[part]).to(device)), training.fitted.standardisation
        )
        for part in np.array_split(fitting, -(-len(fitting) // BATCH_NODULES))
    )
    network.to(device)
    measure_normalisation(network.view_networks, network.view_features, batches)


def _run_stages(training: MemberTraining, network: MMDL) -> list[FitOutcome]:
    outcomes: list[FitOutcome] = []
    for number, (name, schedule) in enumerate(stages_of(training.settings, training.initial)):
        place = training.place / f"stage-{number}"
        done = place / OUTCOME_FILE
        if training.settings.has_masks:
            for view_network in network.view_networks:
                view_network.mask_enabled = name is not StageName.TRUNK  # type: ignore[assignment]
        if done.is_file():
            outcomes.append(read_typed_json(FitOutcome, done, error=DamagedStateError))
            load_best_weights(network, place)
            continue
        if _masks_join(training, outcomes, name):
            _settle(training, network)
        outcome = _run_stage(training, network, name, schedule, sum(o.epochs for o in outcomes), place)
        outcomes.append(outcome)
        if process_rank() == 0:
            write_json(done, to_json(outcome))
            (place / LAST_FILE).unlink(missing_ok=True)
            (place / FEATURES_FILE).unlink(missing_ok=True)
    if StageName.FUSION.value not in {outcome.name for outcome in outcomes} and not training.settings.joint:
        _start_fusion(training, network)
    return outcomes


def _masks_join(training: MemberTraining, done: Sequence[FitOutcome], name: StageName) -> bool:
    """True where a stage is the first in which masks that nobody has trained weight a trunk that somebody has."""
    if not training.settings.has_masks:
        return False
    before = [outcome.name for outcome in done]
    return training.initial.of_trunk_only if not before else before == [StageName.TRUNK.value]


def stages_of(settings: TrainingSettings, initial: InitialWeights) -> list[tuple[StageName, StageSchedule]]:
    """The stages that a training runs, with their schedules, in order."""
    schedule = settings.schedule
    if initial.is_trained:
        stages, main = [(StageName.BRANCHES, schedule.branches)], schedule.all_layers
    else:
        stages, main = [(StageName.TRUNK, schedule.trunk)], schedule.with_masks
    if settings.joint:
        stages.append((StageName.JOINT, main))
    else:
        stages += [(StageName.ALL_LAYERS, main), (StageName.FUSION, schedule.fusion)]
    return [(name, stage) for name, stage in stages if stage.epochs > 0]


def _run_stage(
    training: MemberTraining, network: MMDL, name: StageName, schedule: StageSchedule, first_epoch: int, place: Path
) -> FitOutcome:
    settings, options = training.settings, training.options
    fitting, validation = training.fitting, training.validation
    class_weights = _class_weights(training.cohort.labels[fitting]) if settings.class_weighting else None
    if name is StageName.FUSION:
        _start_fusion(training, network)
    inputs, stage_input = _inputs(training, network, name, place)
    stage = TrainingStage(
        network,
        name,
        schedule,
        stage_input,
        first_epoch=first_epoch,
        parts=options.parts,
        freeze_normalisation=settings.freeze_normalisation,
        class_weights=class_weights,
    )
    clinical = training.fitted.clinical.encode(training.cohort.rows)
    patients = {
        part: TrainingPatients(inputs, clinical, training.cohort.labels, training.cohort.index, positions)
        for part, positions in (("fitting", fitting), ("validation", validation))
    }
    batch = settings.schedule.batch_patients
    plan = training_plan(patients["fitting"].known, batch, options, seed=training.member.seed, first_epoch=first_epoch)
    checking = validation_plan(patients["validation"].known, batch, options)
    pinned = training_device(options).type == "cuda"
    outcome = fit(
        f"{training.member.name} {name.value}" if settings.folds or settings.seeds > 1 else name.value,
        stage,
        patients["fitting"].loader(plan, pinned=pinned),
        patients["validation"].loader(checking, pinned=pinned),
        FitLength(schedule.epochs, patience(schedule.patience), keeps_last=schedule.kept_epoch == "last"),
        options,
        place,
    )
    return replace(outcome, name=name.value)


def _inputs(
    training: MemberTraining, network: MMDL, name: StageName, place: Path
) -> tuple[Cubes | NDArray[np.float32], StageInput]:
    """What a stage reads of every nodule, and how it becomes the network's output."""
    settings, seed = training.settings, training.member.seed
    augmentation = Augmentation(seed, len(settings.view_names), largest_depth_mm=settings.depth_shift_mm)
    draws = Draws(
        augmentation if settings.augmentation else None,
        DropoutDraws(seed, network.dropout.keep),
        AcquisitionAugmentation(seed) if settings.acquisition_augmentation else None,
    )
    cubes, sampler, standardisation = training.cohort.cubes_zyx, training.sampler, training.fitted.standardisation
    if name is not StageName.BRANCHES:
        return cubes, CubeInput(sampler, standardisation, draws)
    shifts = settings.schedule.branch_shifts_mm
    device = training_device(training.options)
    file = _own_file(place / FEATURES_FILE)
    with mixed_arithmetic(training.options):
        features = frozen_features(file, network.to(device), sampler.to(device), standardisation, cubes, shifts)
    return features, FeatureInput(draws)


def _own_file(path: Path) -> Path:
    """The file of this process, so that those of a distributed training do not write into one."""
    return path if process_rank() == 0 else path.with_stem(f"{path.stem}-{process_rank()}")


def _class_weights(labels: NDArray[np.int8]) -> torch.Tensor:
    """(G, 2) weights with which wild types and mutants count alike; their mean over patients is 1, so that genes do."""
    counts = np.stack([(labels == status).sum(axis=0) for status in (WILD_TYPE, MUTANT)], axis=1)
    return torch.tensor(counts.sum(axis=1, keepdims=True) / (2 * counts), dtype=torch.float32)


def _start_fusion(training: MemberTraining, network: MMDL) -> None:
    """Gives the fusion its first weights, fitted on the patients who stop the stages."""
    positions, start = training.validation, training.settings.fusion_start
    if start is FusionStart.EQUAL:
        return
    network.to(training_device(training.options))
    neurons = _outputs(training, network, positions).neurons
    weights = torch.from_numpy(start_weights(start, neurons, training.cohort.labels[positions]))
    with torch.no_grad():
        network.fusion.weights.copy_(weights)


def _outputs(
    training: MemberTraining, network: MMDL, positions: NDArray[np.int_], shift: tuple[int, int] | None = None
) -> NetworkOutputs:
    """What the network says of the nodules at these positions; `shift`, of their centres, is an axis and samples."""
    sampler = training.sampler.to(next(network.parameters()).device)
    blocks = []
    for start in range(0, len(positions), ASKED_AT_ONCE):
        block = positions[start : start + ASKED_AT_ONCE]
        cubes, rows = training.cohort.cubes_zyx[block], training.cohort.rows_at(block)
        if shift is not None:
            cubes = np.stack([moved(cube, *shift) for cube in cubes])
        blocks.append(network_outputs(network, sampler, training.fitted, cubes, rows))
    return NetworkOutputs.joined(blocks)


def _movements(
    training: MemberTraining, network: MMDL, positions: NDArray[np.int_], probabilities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far the answers (M, G) of held-out nodules move, at most, where the centre is 3 mm off along an axis."""
    if not training.member.held_out_ids:
        return np.zeros((0, probabilities.shape[1]))
    shifts = [(axis, steps) for axis in range(3) for steps in (MOVED_MM, -MOVED_MM)]
    each = [_outputs(training, network, positions, shift).probabilities for shift in shifts]
    movements: NDArray[np.float64] = np.abs(np.stack(each) - probabilities).max(axis=0)
    return movements


def _asked(training: MemberTraining, network: MMDL, outcomes: list[FitOutcome]) -> TrainedMember:
    """The member with its view weights and what it says of the patients it was not fitted on."""
    held_out = training.cohort.of_patients(training.member.held_out_ids or training.member.validation_ids)
    with measured_masks(network) as masks:
        of_fitting = _outputs(training, network, training.fitting)
    shares = view_weights(network.fusion.weights.detach().cpu(), torch.from_numpy(of_fitting.neurons)).numpy()
    typical, of_held_out = (
        TypicalFeatures.fit(of_fitting.features, one_unit=True),
        _outputs(training, network, held_out),
    )
    return TrainedMember(
        training.place,
        training.fitted,
        tuple(outcomes),
        shares,
        masks.statistics,
        held_out,
        of_held_out.probabilities,
        typical,
        typical.distances(of_held_out.features),
        _movements(training, network, held_out, of_held_out.probabilities),
    )
