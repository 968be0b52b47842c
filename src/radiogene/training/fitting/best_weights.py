"""Keeps the weights of the best epoch and the history of losses, and ends a fit by its stopping rule."""

from pathlib import Path
from typing import Any

import lightning
from lightning.pytorch.callbacks import Callback

from radiogene.errors import DamagedStateError
from radiogene.storage.tensor_file import save_tensors
from radiogene.storage.typed_json import from_json
from radiogene.training.fitting.fitted_module import FittedModule
from radiogene.training.fitting.stopping import VALIDATION_LOSS, StoppingRule

Epoch = dict[str, int | float]
"""An epoch: its number (`epoch`), `loss`, `validation_loss` and further figures."""


class BestWeights(Callback):
    """The best epoch's weights in a file, so that they cost no memory; the history goes into every checkpoint.

    Args:
        path: of the weights (safetensors).
        rule: when to stop.
        keeps_last: True keeps the last epoch's weights, whatever their validation loss.
    """

    def __init__(self, path: Path, rule: StoppingRule, *, keeps_last: bool = False) -> None:
        self.path = path
        self.keeps_last = keeps_last
        self.rule = rule
        self.history: list[Epoch] = []
        self.incoming_loss = float("inf")
        self.stopped_because: str | None = None

    @property
    def best_epoch(self) -> int:
        """The epoch whose weights are kept, of equals the first; -1 for the weights before the first."""
        losses = [self.incoming_loss, *(entry[VALIDATION_LOSS] for entry in self.history)]
        return len(self.history) - 1 if self.keeps_last else losses.index(min(losses)) - 1

    @property
    def best_loss(self) -> float:
        """The validation loss of the weights that are kept."""
        epoch = self.best_epoch
        return self.incoming_loss if epoch < 0 else float(self.history[epoch][VALIDATION_LOSS])

    def score_incoming(self, trainer: lightning.Trainer, module: FittedModule) -> None:
        """Takes the weights that the fit begins with as the best so far.

        Args:
            trainer: that has just validated them.
            module: what is fitted.
        """
        self.incoming_loss = float(trainer.callback_metrics[VALIDATION_LOSS])
        if trainer.is_global_zero:
            save_tensors(self.path, module.learnt_state())

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """A fit that had ended by its rule when it was interrupted does not go on."""
        self._stop_by_rule(trainer)

    def on_train_epoch_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Validation has run by now: its loss is that of this epoch's weights."""
        metrics = {name: float(value) for name, value in trainer.callback_metrics.items()}
        self.history.append({"epoch": trainer.current_epoch, **{k: metrics[k] for k in sorted(metrics)}})
        if self.best_epoch == len(self.history) - 1 and trainer.is_global_zero:
            module: Any = pl_module
            save_tensors(self.path, module.learnt_state())
        self._stop_by_rule(trainer)

    def state_dict(self) -> dict[str, object]:
        """The history, for the checkpoint."""
        return {"history": self.history, "incoming_loss": self.incoming_loss}

    def load_state_dict(self, state_dict: dict[str, object]) -> None:
        """Takes the history of a checkpoint.

        Raises:
            DamagedStateError: it is none.
        """
        wanted = tuple[Epoch, ...]
        way_out = "delete the unfinished training and begin anew"
        history = state_dict.get("history")
        incoming = state_dict.get("incoming_loss")
        self.incoming_loss = from_json(float, incoming, where="checkpoint", error=DamagedStateError, way_out=way_out)
        self.history = list(from_json(wanted, history, where="checkpoint", error=DamagedStateError, way_out=way_out))

    def _stop_by_rule(self, trainer: lightning.Trainer) -> None:
        self.stopped_because = self.rule(self.history) if self.history else None
        if self.stopped_because is not None:
            trainer.should_stop = True
