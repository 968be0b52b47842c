"""The networks of a deep system: which are trained on whom, how, and what they say of a patient."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from radiogene.evaluation.class_counts import refuse_few_of_a_class
from radiogene.evaluation.predictions import UNKNOWN
from radiogene.methods.deep.image_samples import SampleBatch
from radiogene.methods.deep.patient_images import ImageDraw, ImageKind, PatientImages, PixelScaling
from radiogene.methods.method_settings import NetworkSettings
from radiogene.networks.image_network import ImageNetwork
from radiogene.networks.losses import fused_loss
from radiogene.training.batches.dropout_draws import DropoutDraws
from radiogene.training.fitting.fitted_module import FittedModule
from radiogene.training.fitting.optimisers import optimiser_of
from radiogene.training.members.members import Member, members_of
from radiogene.training.settings import KeptModel, TrainingSettings
from radiogene.training.stages.schedule import StageSchedule, schedule_of


class DeepFit(FittedModule):
    """Minimises the cross-entropy of each gene over the images of patients whose label is known.

    Args:
        title: what it is called in messages.
        network: trained in place.
        kind: from images to network input.
        scaling: of that input.
        schedule: learning rate and optimiser.
        seed: of augmentation and dropout.
    """

    network: ImageNetwork

    def __init__(
        self,
        title: str,
        network: ImageNetwork,
        kind: ImageKind,
        scaling: PixelScaling,
        schedule: StageSchedule,
        seed: int,
    ) -> None:
        super().__init__(title, parts=1)
        self.network = network
        self.kind = kind
        self.scaling = scaling
        self.schedule = schedule
        self.seed = seed
        self.dropout_draws = DropoutDraws(seed, network.head.dropout.keep)

    def training_step(self, batch: SampleBatch, batch_index: int) -> Tensor:
        """The loss of an augmented batch."""
        self.set_learning_rate(self.schedule.learning_rate_at(self.current_epoch))
        keys = tuple(batch.keys.tolist())
        images = self.kind.network_input(batch.images, self.scaling, ImageDraw(self.seed, self.current_epoch, keys))
        kept = self.dropout_draws.draw(self.current_epoch, keys, views=1, features=self.network.feature_count)
        logits = self.network(images, batch.values, None if kept is None else kept[:, 0].to(batch.values.device))
        return self.training_part(_loss(logits, batch), batch_index)

    def validation_step(self, batch: SampleBatch, batch_index: int) -> None:
        """Logs what a part of the inner validation patients' images, as they are, adds to the loss."""
        logits = self.network(self.kind.network_input(batch.images, self.scaling, None), batch.values)
        self.log_validation_part(_loss(logits, batch), batch_index)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimiser of all layers."""
        return optimiser_of(self.schedule.optimiser, list(self.network.parameters()), self.schedule.learning_rate)


def _loss(logits: Tensor, batch: SampleBatch) -> Tensor:
    return fused_loss(logits.float(), batch.labels, batch.known, known_total=batch.known_total)


IMAGES_AT_ONCE = 16


@dataclass(frozen=True, eq=False)
class DeepOutputs:
    """What one network says and sees of M patients, the mean over each patient's images.

    Attributes:
        probabilities: (M, G) P(mutant).
        features: (M, C) float32 of the image.
    """

    probabilities: NDArray[np.float64]
    features: NDArray[np.float32]


def deep_outputs(
    network: ImageNetwork,
    kind: ImageKind,
    scaling: PixelScaling,
    images: PatientImages,
    patients: NDArray[np.int_],
    values: NDArray[np.float32],
) -> DeepOutputs:
    """What a network says and sees of patients, in evaluation mode, without gradients.

    Args:
        network: left in evaluation mode.
        kind: from images to network input.
        scaling: of that input.
        images: of N patients.
        patients: (M,) positions of those to predict.
        values: (N, K) what joins, of all.
    """
    device = next(network.parameters()).device
    network.eval()
    chosen = images.of_patients(patients)
    blocks, seen = [], []
    with torch.inference_mode():
        for start in range(0, len(chosen), IMAGES_AT_ONCE):
            part = chosen[start : start + IMAGES_AT_ONCE]
            read = torch.from_numpy(images.images[part]).to(device)
            joined = torch.from_numpy(values[images.owners[part]]).to(device)
            features = network.features(kind.network_input(read, scaling, None))
            logits = network.head(features, joined, None)
            blocks.append(torch.sigmoid(logits.double()).cpu().numpy())
            seen.append(features.float().cpu().numpy())
    of_image, features_of_image, owners = np.concatenate(blocks), np.concatenate(seen), images.owners[chosen]
    return DeepOutputs(
        np.stack([of_image[owners == patient].mean(axis=0) for patient in patients]),
        np.stack([features_of_image[owners == patient].mean(axis=0) for patient in patients]),
    )


def deep_members(settings: NetworkSettings, patient_ids: Sequence[str], labels: NDArray[np.int8]) -> list[Member]:
    """The networks of a fit, in order; all repeats share the splits of the first seed.

    So a patient is held out by the same fold in every repeat, and the mean of its predictions still has one fold. With
    folds, a network refitted on all patients is kept, and the folds' networks only set its thresholds, as for MMDL.

    Args:
        settings: folds, seeds, genes, preset.
        patient_ids: N patients.
        labels: (N, G) 1 mutant, 0 wild type, -1 unknown.

    Raises:
        CohortError: a gene with fewer mutants or wild types than folds.
        TrainingError: a part of a split in which a gene has no mutant or no wild type.
    """
    known = {
        patient: {
            gene: None if label == UNKNOWN else int(label) for gene, label in zip(settings.genes, row, strict=True)
        }
        for patient, row in zip(patient_ids, labels, strict=True)
    }
    as_mmdl = TrainingSettings(
        genes=settings.genes,
        schedule=schedule_of(settings.preset),
        seed=settings.seed,
        folds=settings.folds,
        keep=KeptModel.REFIT if settings.folds else KeptModel.ENSEMBLE,
    )
    members = [
        replace(member, seed=member.seed + repeat, name=f"repeat-{repeat}-{member.name}")
        for repeat in range(settings.seeds)
        for member in members_of(as_mmdl, known)
    ]
    for member in members:
        where = "" if member.fold is None else f" of fold {member.fold}"
        for part, ids in (("training", member.fitting_ids), ("inner validation", member.validation_ids)):
            refuse_few_of_a_class(labels[positions_of(patient_ids, ids)], settings.genes, 1, f"{part} part{where}")
    return members


def positions_of(patient_ids: Sequence[str], chosen: Sequence[str]) -> NDArray[np.int_]:
    """Positions of the chosen patients, in the order of all."""
    wanted = set(chosen)
    return np.array([n for n, patient in enumerate(patient_ids) if patient in wanted], dtype=int)
