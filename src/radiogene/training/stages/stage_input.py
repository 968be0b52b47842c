"""What a stage feeds its network: views cut from cubes, or the features of a frozen network."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from radiogene.networks.mmdl import MMDL, MMDLOutput
from radiogene.networks.standardisation import Standardisation, standardised
from radiogene.networks.view_sampling import ViewSampler, ViewTransforms
from radiogene.training.batches.acquisition import AcquisitionAugmentation
from radiogene.training.batches.augmentation import Augmentation
from radiogene.training.batches.dropout_draws import DropoutDraws
from radiogene.training.batches.training_patients import PatientBatch


@dataclass(frozen=True)
class Draws:
    """What chance does to a training batch.

    Attributes:
        augmentation: flips, turns and shifts; None leaves the views as they are.
        dropout: which features are kept.
        acquisition: thickness, kernel, noise and HU of the cubes; None leaves them as they are.
    """

    augmentation: Augmentation | None
    dropout: DropoutDraws
    acquisition: AcquisitionAugmentation | None = None

    def kept(self, network: MMDL, batch: PatientBatch, epoch: int) -> Tensor | None:
        """(B, V, C) bool of the features that dropout keeps, on the batch's device; None keeps all."""
        drawn = self.dropout.draw(epoch, batch.nodules.tolist(), network.views, network.feature_count)
        return None if drawn is None else without_waiting(drawn, batch.inputs.device)


def without_waiting(drawn: Tensor, device: torch.device) -> Tensor:
    """The tensor on a device; a GPU fetches it when its turn comes, while the processor goes on.

    Args:
        drawn: on the processor.
        device: of the network.
    """
    return drawn.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else drawn.to(device)


class StageInput(Protocol):
    """From a batch to the network's output."""

    def output(self, network: MMDL, batch: PatientBatch, epoch: int | None) -> MMDLOutput:
        """The output of a batch.

        Args:
            network: in training or evaluation mode.
            batch: some nodules.
            epoch: of the draws, counted over all stages; None draws nothing (validation).
        """


@dataclass(frozen=True, eq=False)
class CubeInput:
    """Cuts, augments and standardises the views of cubes.

    Attributes:
        sampler: cuts the views.
        standardisation: fitted on the training patients.
        draws: for training batches.
    """

    sampler: ViewSampler
    standardisation: Standardisation
    draws: Draws

    def output(self, network: MMDL, batch: PatientBatch, epoch: int | None) -> MMDLOutput:
        """See `StageInput`."""
        cubes, transforms, kept = batch.inputs, None, None
        if epoch is not None:
            if self.draws.acquisition is not None:
                cubes = self.draws.acquisition.changed(cubes, epoch, batch.nodules.tolist())
            kept = self.draws.kept(network, batch, epoch)
            if self.draws.augmentation is not None:
                transforms = self.draws.augmentation.draw(epoch, batch.nodules.tolist())
                transforms = ViewTransforms(
                    without_waiting(transforms.turn_flip, batch.inputs.device),
                    without_waiting(transforms.shift_mm, batch.inputs.device),
                    without_waiting(transforms.depth_mm, batch.inputs.device),
                )
        views = standardised(self.sampler(cubes, transforms), self.standardisation)
        return network(views, batch.clinical, kept)


@dataclass(frozen=True, eq=False)
class FeatureInput:
    """Takes one of a nodule's stored variants for each view: variant 0 in validation, a drawn one in training.

    Attributes:
        draws: for training batches.
    """

    draws: Draws

    def output(self, network: MMDL, batch: PatientBatch, epoch: int | None) -> MMDLOutput:
        """See `StageInput`."""
        if epoch is None:
            return network.from_features(batch.inputs[:, 0], batch.clinical)
        kept = self.draws.kept(network, batch, epoch)
        if self.draws.augmentation is None:
            return network.from_features(batch.inputs[:, 0], batch.clinical, kept)
        variants = batch.inputs.shape[1]
        drawn = self.draws.augmentation.draw_variants(epoch, batch.nodules.tolist(), variants)
        chosen = without_waiting(drawn, batch.inputs.device)
        index = chosen[:, None, :, None].expand(-1, 1, -1, batch.inputs.shape[-1])
        return network.from_features(torch.gather(batch.inputs, 1, index)[:, 0], batch.clinical, kept)
