"""Runs one stage with Lightning's Trainer, keeps the best weights, and says why it stopped."""

import copy
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import lightning
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, RichProgressBar
from torch import Tensor
from torch.utils.data import DataLoader

from radiogene.errors import SettingsError, TrainingError
from radiogene.training.stages import TrainingStage
from radiogene.training.training_patients import EpochSampler, TrainingPatients

MONITORED = "validation_loss"


@dataclass(frozen=True)
class StageOutcome:
    """How a stage went.

    Attributes:
        stage: its name.
        epochs: how many ran.
        best_epoch: the one whose weights were kept, counted from 0 within the stage; None where no epoch ran.
        best_validation_loss: its loss.
        stopped_because: in words.
        history: one entry per epoch: epoch, loss, validation_loss.
    """

    stage: str
    epochs: int
    best_epoch: int | None
    best_validation_loss: float | None
    stopped_because: str
    history: tuple[dict[str, float], ...] = field(repr=False)


class BestWeights(Callback):
    """Keeps a copy of the weights of the epoch with the lowest validation loss, and the history of losses."""

    def __init__(self) -> None:
        self.history: list[dict[str, float]] = []
        self.best_loss = float("inf")
        self.best_epoch: int | None = None
        self.best_state: dict[str, Tensor] | None = None

    def on_train_epoch_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Validation has run by now: its loss is that of this epoch's weights."""
        metrics = {name: float(value) for name, value in trainer.callback_metrics.items()}
        loss = metrics[MONITORED]
        self.history.append({"epoch": trainer.current_epoch, "loss": metrics["loss"], "validation_loss": loss})
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, trainer.current_epoch
            network: object = pl_module.network
            self.best_state = copy.deepcopy(network.state_dict())  # type: ignore[attr-defined]


@dataclass(frozen=True)
class RunOptions:
    """How a stage runs on this machine; none of it changes what is learnt, to rounding.

    Attributes:
        accelerator: Lightning's name: "auto", "cpu", "gpu".
        precision: Lightning's name: "32-true", "bf16-mixed", "16-mixed".
        progress: show a progress bar on standard error.
    """

    accelerator: str = "auto"
    precision: str = "32-true"
    progress: bool = True


def require_accelerator(accelerator: str) -> None:
    """Refuses to ask for a GPU where PyTorch finds none.

    Raises:
        SettingsError: `gpu` without a device.
    """
    if accelerator == "gpu" and not (torch.cuda.is_available() or torch.backends.mps.is_available()):
        raise SettingsError("--accelerator gpu: PyTorch finds no GPU here. Use --accelerator auto or cpu.")


def run_stage(
    stage: TrainingStage,
    training: TrainingPatients,
    validation: TrainingPatients,
    batch_patients: int,
    options: RunOptions,
    scratch: Path,
) -> StageOutcome:
    """Trains one stage in place and returns how it went; the network ends with the best epoch's weights.

    Args:
        stage: the module.
        training: nodules that weights are fitted on.
        validation: nodules of other patients that stop the stage.
        batch_patients: rows per step.
        options: device, precision, progress.
        scratch: folder for Lightning's own files.

    Raises:
        TrainingError: the loss is not a number.
    """
    sampler = EpochSampler(len(training), stage.stage_input.augmentation.seed, stage.first_epoch)
    loader = DataLoader(training, batch_size=batch_patients, sampler=sampler, collate_fn=training.collate)
    checking = DataLoader(validation, batch_size=batch_patients, shuffle=False, collate_fn=validation.collate)
    best = BestWeights()
    patience = EarlyStopping(MONITORED, patience=stage.schedule.patience, mode="min", check_finite=False)
    callbacks: list[Callback] = [best, patience]
    if options.progress:
        callbacks.append(RichProgressBar(console_kwargs={"stderr": True}))
    with _quiet_lightning():
        trainer = lightning.Trainer(
            max_epochs=stage.schedule.epochs,
            accelerator=options.accelerator,
            devices=1,
            precision=options.precision,  # type: ignore[arg-type]
            callbacks=callbacks,
            default_root_dir=scratch,
            logger=False,
            enable_checkpointing=False,
            enable_model_summary=False,
            enable_progress_bar=options.progress,
            num_sanity_val_steps=0,
            use_distributed_sampler=False,
        )
        try:
            trainer.fit(stage, loader, checking)
        except SystemExit as error:
            # Lightning turns SIGINT and SIGTERM into an exit that may even report success.
            raise TrainingError("Training was interrupted; nothing was written. Start it again.") from error
    if best.best_state is None:
        raise TrainingError(f"Stage '{stage.stage.value}' ended without one epoch.")
    stage.network.load_state_dict(best.best_state)
    epochs = len(best.history)
    early = epochs < stage.schedule.epochs
    reason = f"no lower validation loss for {stage.schedule.patience} epochs" if early else "the schedule's last epoch"
    return StageOutcome(stage.stage.value, epochs, best.best_epoch, best.best_loss, reason, tuple(best.history))


@contextmanager
def _quiet_lightning() -> Iterator[None]:
    """Silences Lightning's advice about loaders and hardware; errors still come through."""
    loggers = [logging.getLogger(name) for name in ("lightning", "lightning.pytorch", "lightning.fabric")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not have many workers.*")
        warnings.filterwarnings("ignore", message=".*number of training batches.*")
        warnings.filterwarnings("ignore", message=".*GPU available but not used.*")
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="lightning.*|torch.*")
        warnings.filterwarnings("ignore", message=".*isinstance\\(treespec, LeafSpec\\).*")
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
