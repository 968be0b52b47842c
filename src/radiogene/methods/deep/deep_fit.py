"""The training of one compared network as a Lightning module."""

import torch
from torch import Tensor

from radiogene.methods.deep.image_samples import SampleBatch
from radiogene.methods.deep.patient_images import ImageDraw, ImageKind, PixelScaling
from radiogene.networks.image_network import ImageNetwork
from radiogene.networks.losses import fused_loss
from radiogene.training.batches.dropout_draws import DropoutDraws
from radiogene.training.fitting.fitted_module import FittedModule
from radiogene.training.fitting.optimisers import optimiser_of
from radiogene.training.stages.schedule import StageSchedule


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
