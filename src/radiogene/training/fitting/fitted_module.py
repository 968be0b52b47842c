"""What every fitted module shares: learning rate, losses in the log, and the refusal of a loss that is no number."""

from typing import cast

import lightning
import torch
from torch import Tensor, nn

from radiogene.errors import TrainingError
from radiogene.training.fitting.stopping import LOSS, VALIDATION_LOSS

NETWORK = "network."
"""How names of the network's tensors begin in a checkpoint."""


class FittedModule(lightning.LightningModule):
    """A module that `fit` can run: it logs `loss` and `validation_loss` of every epoch.

    Args:
        title: what it is called in messages.
        parts: into which every optimiser's batch is cut; their losses are averaged by Lightning, and add up here.

    Attributes:
        network: what is trained and kept.
    """

    network: nn.Module

    def __init__(self, title: str, parts: int) -> None:
        super().__init__()
        self.title = title
        self.parts = parts

    def is_learnt(self, name: str) -> bool:
        """Whether the tensor of that name in the network's state may change in this fit; only these are saved.

        Args:
            name: as in the network's `state_dict`.
        """
        return True

    def learnt_state(self) -> dict[str, Tensor]:
        """The tensors of the network's state that may change in this fit."""
        return {name: tensor for name, tensor in self.network.state_dict().items() if self.is_learnt(name)}

    def on_save_checkpoint(self, checkpoint: dict[str, object]) -> None:
        """Leaves out of a checkpoint what the network has anyway when the fit goes on."""
        state = cast("dict[str, Tensor]", checkpoint["state_dict"])
        for name in [key.removeprefix(NETWORK) for key in state if key.startswith(NETWORK)]:
            if not self.is_learnt(name):
                del state[NETWORK + name]

    def on_load_checkpoint(self, checkpoint: dict[str, object]) -> None:
        """Puts back what `on_save_checkpoint` left out."""
        state = cast("dict[str, Tensor]", checkpoint["state_dict"])
        for name, tensor in self.network.state_dict().items():
            if not self.is_learnt(name):
                state[NETWORK + name] = tensor

    def set_learning_rate(self, learning_rate: float) -> None:
        """Set the learning rate of the optimiser's next step."""
        for group in self.optimizers().optimizer.param_groups:  # type: ignore[union-attr]
            group["lr"] = learning_rate

    def training_part(self, loss: Tensor, batch_index: int) -> Tensor:
        """The loss of a part of a batch, logged, and scaled so that Lightning's average over the parts is their sum.

        Raises:
            TrainingError: it is not a number; on a GPU validation finds that, because looking here would wait for it.
        """
        if loss.device.type == "cpu":
            self._refuse_no_number(loss, batch_index)
        batches = self.trainer.train_dataloader.sampler.batches  # type: ignore[union-attr]
        self.log(LOSS, loss.detach() / batches, on_step=False, on_epoch=True, reduce_fx=torch.sum, sync_dist=True)
        return loss * self.parts

    def log_validation_part(self, loss: Tensor, batch_index: int) -> None:
        """Logs what a part of the validation data adds to the loss.

        Raises:
            TrainingError: it is not a number.
        """
        self._refuse_no_number(loss, batch_index)
        self.log(VALIDATION_LOSS, loss, on_epoch=True, prog_bar=True, reduce_fx=torch.sum, sync_dist=True)

    def _refuse_no_number(self, loss: Tensor, batch_index: int) -> None:
        if not torch.isfinite(loss):
            raise TrainingError(
                f"The loss of {self.title} became {loss.item()} in epoch {self.current_epoch}, step {batch_index}. "
                "Nothing was written. Lower `learning_rate`."
            )
