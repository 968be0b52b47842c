"""What every kind of pretraining shares as a Lightning module: its schedule and how losses are logged."""

from abc import abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from radiogene.training.fitting.fitted_module import FittedModule
from radiogene.training.fitting.optimisers import optimiser_of
from radiogene.training.pretraining.settings import PretrainingSettings


class PretrainingModule(FittedModule):
    """Minimises a loss with every layer trained.

    Args:
        network: a feature network (`network`) with a head on top; trained in place.
        settings: seed and schedule.
        parts: into which every optimiser's batch is cut; their losses are averaged by Lightning, and add up here.
    """

    def __init__(self, network: nn.Module, settings: PretrainingSettings, parts: int) -> None:
        super().__init__("pretraining", parts)
        # Images arrive with the channels last; on a CPU convolutions are fastest when they stay there.
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.schedule = settings.schedule

    @abstractmethod
    def part_loss(self, batch: Any, epoch: int | None) -> Tensor:
        """What a part of a batch adds to its loss.

        Args:
            batch: the part.
            epoch: of the draws; None draws nothing that depends on it (validation).
        """

    def training_step(self, batch: Any, batch_index: int) -> Tensor:
        """The loss of a part of a batch."""
        self.set_learning_rate(self.schedule.learning_rate_at(self.current_epoch))
        return self.training_part(self.part_loss(batch, self.current_epoch), batch_index)

    def validation_step(self, batch: Any, batch_index: int) -> None:
        """Logs what a part of the validation data adds to its loss."""
        self.log_validation_part(self.part_loss(batch, None), batch_index)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimiser of all layers."""
        return optimiser_of(self.schedule.optimiser, list(self.parameters()), self.schedule.learning_rate)
