"""One stage of training as a Lightning module: which layers, by which loss, on which input."""

from enum import StrEnum

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from radiogene.networks.losses import branch_loss, fused_loss
from radiogene.networks.mmdl import MMDL, MMDLOutput
from radiogene.training.batches.training_patients import PatientBatch
from radiogene.training.fitting.fitted_module import FittedModule
from radiogene.training.fitting.optimisers import optimiser_of
from radiogene.training.stages.schedule import StageSchedule
from radiogene.training.stages.stage_input import StageInput

FROZEN_UNDER_BRANCHES = ("grey_to_rgb", "view_networks")
"""Parts of the network that the stage of the branches leaves as they are."""


MASKS = ".mask."
"""Part of the name of every tensor of a mask."""


class StageName(StrEnum):
    """The stages in order."""

    BRANCHES = "branches"
    TRUNK = "all layers but masks"
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
        class_weights: (G, 2) weights of wild types and mutants in the loss, or None.

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
        class_weights: Tensor | None = None,
    ) -> None:
        super().__init__(f"stage '{stage.value}'", parts)
        # Its images arrive with the channels last; convolutions are fastest where their weights have the same order.
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.stage = stage
        self.schedule = schedule
        self.stage_input = stage_input
        self.first_epoch = first_epoch
        self.freeze_normalisation = freeze_normalisation
        self.sampler = getattr(stage_input, "sampler", None)
        self.register_buffer("class_weights", class_weights, persistent=False)
        network.train()
        if stage is StageName.BRANCHES:
            for part in FROZEN_UNDER_BRANCHES:
                network.get_submodule(part).eval()
        network.requires_grad_(False)
        for parameter in self._trained():
            parameter.requires_grad_(True)

    class_weights: Tensor | None

    def transfer_batch_to_device(self, batch: PatientBatch, device: torch.device, dataloader_idx: int) -> PatientBatch:
        """The batch on a device, but for the nodules' positions: what is drawn for them is drawn on the processor."""
        moved: PatientBatch = super().transfer_batch_to_device(batch, device, dataloader_idx)
        return moved._replace(nodules=batch.nodules)

    def is_learnt(self, name: str) -> bool:
        """See `FittedModule`: masks wait for the trunk, and what lies under the branches is frozen while they learn."""
        if self.stage is StageName.TRUNK:
            return MASKS not in name
        return self.stage is not StageName.BRANCHES or name.split(".")[0] not in FROZEN_UNDER_BRANCHES

    def on_train_epoch_start(self) -> None:
        """Keeps normalisation in evaluation mode where it is frozen."""
        if self.freeze_normalisation:
            for layer in self.network.modules():
                if isinstance(layer, _BatchNorm):
                    layer.eval()

    def training_step(self, batch: PatientBatch, batch_index: int) -> Tensor:
        """The loss of a part of an augmented batch."""
        self.set_learning_rate(self.schedule.learning_rate_at(self.current_epoch))
        output = self.stage_input.output(self.network, batch, self.first_epoch + self.current_epoch)
        return self.training_part(self._loss(output, batch), batch_index)

    def validation_step(self, batch: PatientBatch, batch_index: int) -> None:
        """Logs the part of the stage's validation loss that comes from a batch as it is."""
        self.log_validation_part(self._loss(self.stage_input.output(self.network, batch, None), batch), batch_index)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimiser of this stage's layers."""
        return optimiser_of(
            self.schedule.optimiser, self._trained(), self.schedule.learning_rate, self.schedule.weight_decay
        )

    def _trained(self) -> list[nn.Parameter]:
        if self.stage is StageName.BRANCHES:
            return list(self.network.branch_parameters())
        if self.stage is StageName.TRUNK:
            named = self.network.named_parameters()
            return [p for name, p in named if MASKS not in name and not name.startswith("fusion.")]
        layers = [*self.network.trunk_parameters(), *self.network.branch_parameters()]
        return layers if self.stage is StageName.ALL_LAYERS else [*layers, *self.network.fusion_parameters()]

    def _loss(self, output: MMDLOutput, batch: PatientBatch) -> Tensor:
        labels, known, total = batch.labels, batch.known, batch.known_total
        views = branch_loss(output.branch_logits, labels, known, self.class_weights, total)
        if self.stage in (StageName.BRANCHES, StageName.TRUNK, StageName.ALL_LAYERS):
            return views
        fused = fused_loss(output.fused_logits, labels, known, self.class_weights, total)
        return fused if self.stage is StageName.FUSION else views + fused
