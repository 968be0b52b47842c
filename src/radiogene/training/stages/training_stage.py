"""One stage of training as a Lightning module: which layers, by which loss, on which input."""

from enum import StrEnum

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from radiogene.errors import TrainingError
from radiogene.networks.losses import branch_loss, fused_loss
from radiogene.networks.mmdl import MMDL, MMDLOutput
from radiogene.training.batches.training_patients import PatientBatch
from radiogene.training.fitting.fit import FittedModule
from radiogene.training.fitting.optimisers import optimiser_of
from radiogene.training.fitting.stopping import LOSS, VALIDATION_LOSS
from radiogene.training.stages.schedule import StageSchedule
from radiogene.training.stages.stage_input import StageInput


class StageName(StrEnum):
    """The stages in order."""

    HEADS = "heads"
    ALL_LAYERS = "all layers"
    FUSION = "fusion"
    JOINT = "all layers and fusion"


class TrainingStage(FittedModule):
    """One stage: view stages use both neurons of every branch, the fused stage the fused probability.

    Args:
        network: trained in place.
        stage: which of them.
        schedule: of this stage.
        stage_input: from batches to the network's output.
        first_epoch: epochs of earlier stages, so that nothing is drawn twice.
        parts: into which every optimiser's batch is cut; their losses are averaged by Lightning, and add up here.
        freeze_normalisation: keep the running statistics of normalisation as they are, and use them.
        positive_weights: (G,) weight of mutants in the loss, or None.

    Source: paper, Eq. 9, as read by the project's method (section 4).
    """

    network: MMDL

    def __init__(
        self,
        network: MMDL,
        stage: StageName,
        schedule: StageSchedule,
        stage_input: StageInput,
        *,
        first_epoch: int = 0,
        parts: int = 1,
        freeze_normalisation: bool = False,
        positive_weights: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.stage = stage
        self.schedule = schedule
        self.stage_input = stage_input
        self.first_epoch = first_epoch
        self.parts = parts
        self.freeze_normalisation = freeze_normalisation
        self.sampler = getattr(stage_input, "sampler", None)
        self.register_buffer("positive_weights", positive_weights, persistent=False)
        network.requires_grad_(False)
        for parameter in self._trained():
            parameter.requires_grad_(True)

    positive_weights: Tensor | None

    def on_train_epoch_start(self) -> None:
        """Keeps normalisation in evaluation mode where it is frozen."""
        if self.freeze_normalisation:
            for layer in self.network.modules():
                if isinstance(layer, _BatchNorm):
                    layer.eval()

    def training_step(self, batch: PatientBatch, batch_index: int) -> Tensor:
        """The loss of a part of an augmented batch, scaled so that Lightning's average over the parts is their sum."""
        for group in self.optimizers().optimizer.param_groups:  # type: ignore[union-attr]
            group["lr"] = self.schedule.learning_rate_at(self.current_epoch)
        output = self.stage_input.output(self.network, batch, self.first_epoch + self.current_epoch)
        loss = self._loss(output, batch)
        self._refuse_nan(loss, batch_index)
        batches = self.trainer.train_dataloader.sampler.batches  # type: ignore[union-attr]
        self.log(LOSS, loss.detach() / batches, on_step=False, on_epoch=True, reduce_fx=torch.sum, sync_dist=True)
        return loss * self.parts

    def validation_step(self, batch: PatientBatch, batch_index: int) -> None:
        """Logs the part of the stage's validation loss that comes from a batch as it is."""
        loss = self._loss(self.stage_input.output(self.network, batch, None), batch)
        self._refuse_nan(loss, batch_index)
        self.log(VALIDATION_LOSS, loss, on_epoch=True, prog_bar=True, reduce_fx=torch.sum, sync_dist=True)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimiser of this stage's layers."""
        trained = list(self._trained())
        return optimiser_of(self.schedule.optimiser, trained, self.schedule.learning_rate)

    def _trained(self) -> list[nn.Parameter]:
        if self.stage is StageName.HEADS:
            return list(self.network.head_parameters())
        layers = [*self.network.trunk_parameters(), *self.network.head_parameters()]
        return layers if self.stage is StageName.ALL_LAYERS else [*layers, *self.network.fusion_parameters()]

    def _loss(self, output: MMDLOutput, batch: PatientBatch) -> Tensor:
        labels, known, total = batch.labels, batch.known, batch.known_total
        views = branch_loss(output.branch_logits, labels, known, self.positive_weights, total)
        if self.stage in (StageName.HEADS, StageName.ALL_LAYERS):
            return views
        fused = fused_loss(output.fused_logits, labels, known, self.positive_weights, total)
        return fused if self.stage is StageName.FUSION else views + fused

    def _refuse_nan(self, loss: Tensor, batch_index: int) -> None:
        if not torch.isfinite(loss):
            raise TrainingError(
                f"The loss of stage '{self.stage.value}' became {loss.item()} in epoch {self.current_epoch}, "
                f"step {batch_index}. Nothing was written. Lower --learning-rate."
            )
