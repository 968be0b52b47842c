"""One stage of training as a Lightning module: by which loss, on which input."""

from dataclasses import dataclass
from enum import StrEnum

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor

from radiogene.errors import TrainingError
from radiogene.networks.losses import branch_loss, fused_loss
from radiogene.networks.mmdl import MMDL, MMDLOutput
from radiogene.networks.standardisation import Standardisation, standardised
from radiogene.networks.view_sampling import ViewSampler
from radiogene.training.augmentation import Augmentation
from radiogene.training.schedule import StageSchedule
from radiogene.training.training_patients import PatientBatch

MOMENTUM = 0.9
WEIGHT_DECAY = 0.01
LAST_LEARNING_RATE_SHARE = 0.01


class StageName(StrEnum):
    """The stages in order."""

    ALL_LAYERS = "all layers"
    FUSION = "fusion"


@dataclass(frozen=True, eq=False)
class StageInput:
    """What turns a batch of cubes into network input.

    Attributes:
        sampler: cuts the views.
        standardisation: fitted on the training patients.
        augmentation: draws flips, turns and shifts for training batches.
    """

    sampler: ViewSampler
    standardisation: Standardisation
    augmentation: Augmentation


class TrainingStage(lightning.LightningModule):
    """One stage: view stages use both neurons of every branch, the fused stage the fused probability.

    Args:
        network: trained in place.
        stage: which of the two.
        schedule: of this stage.
        stage_input: from cubes to network input.
        first_epoch: epochs of earlier stages, so that no augmentation is drawn twice.
        positive_weights: (G,) weight of mutants in the loss, or None.

    Source: paper, Eq. 9, as read by the project's method (section 4).
    """

    def __init__(
        self,
        network: MMDL,
        stage: StageName,
        schedule: StageSchedule,
        stage_input: StageInput,
        first_epoch: int,
        positive_weights: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.stage = stage
        self.schedule = schedule
        self.sampler = stage_input.sampler
        self.stage_input = stage_input
        self.first_epoch = first_epoch
        self.register_buffer("positive_weights", positive_weights, persistent=False)

    positive_weights: Tensor | None

    def training_step(self, batch: PatientBatch, batch_index: int) -> Tensor:
        """The stage's loss of an augmented batch."""
        draws = self.stage_input.augmentation.draw(self.first_epoch + self.current_epoch, batch.nodules.tolist())
        draws = draws.to(batch.cubes_zyx.device)
        loss = self._loss(
            self.network(standardised(self.sampler(batch.cubes_zyx, draws), self._z), batch.clinical), batch
        )
        self._refuse_nan(loss, batch_index)
        self.log("loss", loss.detach(), on_step=False, on_epoch=True, batch_size=len(batch.nodules))
        return loss

    def validation_step(self, batch: PatientBatch, batch_index: int) -> None:
        """Logs the stage's loss of a batch as it is."""
        output = self.network(standardised(self.sampler(batch.cubes_zyx), self._z), batch.clinical)
        loss = self._loss(output, batch)
        self._refuse_nan(loss, batch_index)
        self.log("validation_loss", loss, on_epoch=True, batch_size=len(batch.nodules), prog_bar=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """The optimiser of this stage with half a cosine over its epochs."""
        parameters = list(self.network.parameters())
        optimiser: torch.optim.Optimizer
        if self.schedule.optimiser == "sgd":
            optimiser = torch.optim.SGD(parameters, lr=self.schedule.learning_rate, momentum=MOMENTUM)
        else:
            optimiser = torch.optim.AdamW(parameters, lr=self.schedule.learning_rate, weight_decay=WEIGHT_DECAY)
        cosine = torch.optim.lr_scheduler.CosineAnnealingLR(
            optimiser, T_max=self.schedule.epochs, eta_min=self.schedule.learning_rate * LAST_LEARNING_RATE_SHARE
        )
        return {"optimizer": optimiser, "lr_scheduler": cosine}

    @property
    def _z(self) -> Standardisation:
        return self.stage_input.standardisation

    def _loss(self, output: MMDLOutput, batch: PatientBatch) -> Tensor:
        if self.stage is StageName.FUSION:
            return fused_loss(output.fused_logits, batch.labels, batch.known, self.positive_weights)
        return branch_loss(output.branch_logits, batch.labels, batch.known, self.positive_weights)

    def _refuse_nan(self, loss: Tensor, batch_index: int) -> None:
        if not torch.isfinite(loss):
            raise TrainingError(
                f"The loss of stage '{self.stage.value}' became {loss.item()} in epoch {self.current_epoch}, "
                f"step {batch_index}. Nothing was written. Lower --learning-rate."
            )
