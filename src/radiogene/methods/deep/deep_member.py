"""One trained network of a deep system: split, scaled, built, fitted, and asked about patients it had not seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from radiogene.errors import DamagedStateError, WeightsError
from radiogene.methods.deep.deep_design import DeepDesign
from radiogene.methods.deep.deep_facts import DeepMemberSettings
from radiogene.methods.deep.deep_fit import DeepFit, deep_probabilities, positions_of
from radiogene.methods.deep.deep_sizes import DeepSizes, deep_sizes_of
from radiogene.methods.deep.image_samples import ImageSamples
from radiogene.methods.deep.patient_images import ImageKind, PatientImages, PixelScaling
from radiogene.methods.deep.patient_values import FittedValues, PatientValues
from radiogene.methods.method_settings import NetworkSettings
from radiogene.methods.stage_schedules import stage_schedule
from radiogene.networks.finite_weights import refuse_not_finite
from radiogene.networks.image_network import ImageNetwork
from radiogene.storage.atomic_files import write_json
from radiogene.storage.tensor_file import load_tensors, save_tensors
from radiogene.storage.typed_json import read_typed_json, to_json
from radiogene.training.fitting.fit import FitLength, FitOutcome, fit
from radiogene.training.fitting.process_plans import training_plan, validation_plan
from radiogene.training.fitting.run_options import RunOptions, training_device
from radiogene.training.fitting.stopping import patience
from radiogene.training.members.members import Member
from radiogene.training.stages.schedule import StageSchedule, schedule_of

WEIGHTS_FILE = "member.safetensors"
DONE_FILE = "member.json"


@dataclass(frozen=True, eq=False)
class DeepMember:
    """A trained network with all that was fitted beside it.

    Attributes:
        network: in evaluation mode.
        settings: what was fitted beside its weights.
    """

    network: ImageNetwork
    settings: DeepMemberSettings


def deep_member(
    design: DeepDesign,
    sizes: DeepSizes,
    genes: int,
    settings: DeepMemberSettings,
    state: Mapping[str, Tensor],
    source: Path,
) -> DeepMember:
    """The member of weights and of what was fitted beside them.

    Args:
        design: of the system.
        sizes: of its network.
        genes: G.
        settings: what was fitted beside the weights.
        state: parameters by name.
        source: of the weights, for messages.

    Raises:
        WeightsError: weights of another network, or values that are not finite.
    """
    network = design.build(sizes, genes, settings.values.width)
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise WeightsError(f"{source} does not hold the weights of {design.name}: {error}") from error
    refuse_not_finite(network, source)
    return DeepMember(network.eval(), settings)


@dataclass(frozen=True, eq=False)
class DeepTraining:
    """Everything that the members of one fit share.

    Attributes:
        design: of the system.
        settings: of the fit.
        images: of N patients, as `kind` read them.
        kind: how the system looks at a patient.
        values: of the same patients.
        patient_ids: N.
        labels: (N, G) 1 mutant, 0 wild type, -1 unknown.
        options: how it runs here.
    """

    design: DeepDesign
    settings: NetworkSettings
    images: PatientImages
    kind: ImageKind
    values: PatientValues
    patient_ids: tuple[str, ...]
    labels: NDArray[np.int8]
    options: RunOptions

    @property
    def sizes(self) -> DeepSizes:
        """Of the networks."""
        return deep_sizes_of(self.settings.preset)

    # DEVIATION: the references trained by schedules of their own; here every compared network has the schedule of
    # MMDL's stage of all layers at the same preset: optimiser, learning rate, batch, length and patience.
    @property
    def schedule(self) -> StageSchedule:
        """How long, how fast and with which optimiser."""
        return stage_schedule(schedule_of(self.settings.preset).all_layers, self.settings.all_layers)


def trained_member(training: DeepTraining, member: Member, place: Path) -> DeepMember:
    """The trained member; one that is finished is read, one that was interrupted goes on.

    Args:
        training: what members share.
        member: seed and split.
        place: the member's folder.

    Raises:
        TrainingError: images without contrast, no usable feature, or a loss that is not a number.
        CohortError: a clinical column is missing or unusable.
    """
    done = place / DONE_FILE
    if done.is_file():
        settings = read_typed_json(DeepMemberSettings, done, error=DamagedStateError)
        weights = place / WEIGHTS_FILE
        return deep_member(
            training.design, training.sizes, len(training.settings.genes), settings, load_tensors(weights), weights
        )
    fitting = positions_of(training.patient_ids, member.fitting_ids)
    scaling = training.kind.fit_scaling(training.images, training.images.of_patients(fitting))
    columns = training.design.columns(training.settings.clinical)
    coding = FittedValues.fit(training.values.at(fitting), training.labels[fitting], columns, training.sizes.radiomics)
    torch.manual_seed(member.seed)
    network = training.design.build(training.sizes, len(training.settings.genes), coding.width)
    outcome = _fitted(training, member, network, scaling, coding, place / "fit")
    trained = DeepMember(network.cpu().eval(), DeepMemberSettings(scaling, coding, outcome))
    save_tensors(place / WEIGHTS_FILE, trained.network.state_dict())
    write_json(done, to_json(trained.settings))
    return trained


def held_out_probabilities(
    training: DeepTraining, member: Member, trained: DeepMember
) -> tuple[NDArray[np.int_], NDArray[np.float64]]:
    """Positions (M,) of the patients that may set thresholds by this member, and P(mutant) (M, G) of them."""
    held_out = positions_of(training.patient_ids, member.held_out_ids or member.validation_ids)
    network = trained.network.to(training_device(training.options))
    fitted = trained.settings
    values = fitted.values.encode(training.values)
    probabilities = deep_probabilities(network, training.kind, fitted.scaling, training.images, held_out, values)
    network.cpu()
    return held_out, probabilities


def _fitted(
    training: DeepTraining,
    member: Member,
    network: ImageNetwork,
    scaling: PixelScaling,
    coding: FittedValues,
    place: Path,
) -> FitOutcome:
    """Fits the network in place."""
    schedule, values = training.schedule, coding.encode(training.values)
    parts = [
        ImageSamples(training.images, positions_of(training.patient_ids, ids), values, training.labels)
        for ids in (member.fitting_ids, member.validation_ids)
    ]
    patients = training.settings.batch or schedule_of(training.settings.preset).batch_patients
    batch = patients * training.design.images_per_step
    return fit(
        f"{training.design.name} {member.name}",
        DeepFit(training.design.name, network, training.kind, scaling, schedule, member.seed),
        parts[0].loader(training_plan(parts[0].known, batch, training.options, seed=member.seed)),
        parts[1].loader(validation_plan(parts[1].known, batch, training.options)),
        FitLength(schedule.epochs, patience(schedule.patience)),
        training.options,
        place,
    )
