"""One fit with Lightning's Trainer: it goes on where it was interrupted, and ends with the best epoch's weights.

The weights that it begins with are scored, too: a fit that keeps its best epoch never ends with worse ones.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import lightning
from lightning.fabric.plugins.environments.slurm import SLURMEnvironment
from lightning.pytorch.callbacks import Callback, ModelCheckpoint, RichProgressBar
from safetensors import SafetensorError
from torch import Tensor, nn
from torch.utils.data import DataLoader

from radiogene.errors import DamagedStateError, InterruptedTrainingError, TrainingError
from radiogene.storage.tensor_file import load_tensors
from radiogene.storage.typed_json import MAY_BE_ABSENT
from radiogene.training.fitting.best_weights import BestWeights, Epoch
from radiogene.training.fitting.checkpoint_file import CheckpointFile
from radiogene.training.fitting.fitted_module import FittedModule
from radiogene.training.fitting.run_options import RunOptions, training_device
from radiogene.training.fitting.stopping import StoppingRule

LAST_FILE = "last.ckpt"
BEST_FILE = "best.safetensors"


@dataclass(frozen=True)
class FitOutcome:
    """How a fit went.

    Attributes:
        name: of the fit.
        epochs: how many ran.
        best_epoch: the one whose weights were kept, counted from 0; -1 where none was better than the incoming weights.
        best_validation_loss: of the weights that were kept.
        stopped_because: in words.
        history: one entry per epoch: epoch, loss, validation_loss and further figures.
        incoming_validation_loss: of the weights that the fit began with.
    """

    name: str
    epochs: int
    best_epoch: int
    best_validation_loss: float
    stopped_because: str
    history: tuple[Epoch, ...] = field(repr=False)
    incoming_validation_loss: float | None = field(default=None, metadata=MAY_BE_ABSENT)

    @property
    def without_history(self) -> "FitOutcome":
        """The outcome for a manifest, which keeps no losses of single epochs."""
        return replace(self, history=())


@dataclass(frozen=True)
class MemberHistory:
    """How a member of a model was trained, as `history.json` keeps it.

    Attributes:
        member: its name.
        stages: of its training.
    """

    member: str
    stages: tuple[FitOutcome, ...]


@dataclass(frozen=True)
class FitLength:
    """When a fit ends.

    Attributes:
        epochs: at most this many.
        rule: ends it earlier.
        keeps_last: True keeps the last epoch's weights, False those of the lowest validation loss.
    """

    epochs: int
    rule: StoppingRule
    keeps_last: bool = False


def fit(
    name: str,
    module: FittedModule,
    training: DataLoader[Any],
    validation: DataLoader[Any],
    length: FitLength,
    options: RunOptions,
    place: Path,
) -> FitOutcome:
    """Fits a module in place and returns how it went; its network ends with the best epoch's weights.

    Args:
        name: of the fit, for logs and messages.
        module: what is fitted.
        training: loader of training batches.
        validation: loader of the batches whose loss chooses the best epoch.
        length: when it ends.
        options: device, precision, progress.
        place: folder for the checkpoint; one that an interrupted fit left there is gone on with.

    Raises:
        TrainingError: no epoch ran, or the checkpoint cannot be read.
        InterruptedTrainingError: ended from outside.
    """
    place.mkdir(parents=True, exist_ok=True)
    best = BestWeights(place / BEST_FILE, length.rule, keeps_last=length.keeps_last)
    last = place / LAST_FILE
    with quiet_lightning():
        trainer = _trainer(name, best, length, options, place)
        try:
            if not last.exists():
                trainer.validate(module, validation, verbose=False)
                best.score_incoming(trainer, module)
            trainer.fit(module, training, validation, ckpt_path=str(last) if last.exists() else None, weights_only=True)
        except SystemExit as error:
            # Lightning turns SIGINT into an exit with a code of its own.
            raise InterruptedTrainingError(
                f"'{name}' was interrupted. Give the same command again: it goes on from {place}."
            ) from error
        trainer.strategy.barrier()
    if not best.history:
        raise TrainingError(f"'{name}' ended without one epoch.")
    load_best_weights(module.network, place)
    return FitOutcome(
        name,
        len(best.history),
        best.best_epoch,
        best.best_loss,
        best.stopped_because or "the schedule's last epoch",
        tuple(best.history),
        best.incoming_loss,
    )


def load_best_weights(network: nn.Module, place: Path) -> None:
    """Load the best epoch's weights of a fit; those that the fit did not change stay.

    Args:
        network: that was fitted, or the same from the same start.
        place: of the fit.

    Raises:
        DamagedStateError: the file cannot be read.
    """
    network.load_state_dict({**network.state_dict(), **_best_weights_in(place)})


def _best_weights_in(place: Path) -> dict[str, Tensor]:
    """The tensors that a fit left."""
    try:
        return load_tensors(place / BEST_FILE)
    except (SafetensorError, OSError) as error:
        raise DamagedStateError(
            f"{place / BEST_FILE} cannot be read ({error}). Delete {place} and give the same command again: this fit "
            "begins anew, and nothing else is lost."
        ) from error


def _trainer(name: str, best: BestWeights, length: FitLength, options: RunOptions, place: Path) -> lightning.Trainer:
    checkpoint = ModelCheckpoint(
        place,
        filename=LAST_FILE.removesuffix(".ckpt"),
        save_top_k=1,
        every_n_epochs=1,
        save_on_train_epoch_end=True,
        enable_version_counter=False,
    )
    callbacks: list[Callback] = [best, checkpoint]
    if options.progress:
        callbacks.append(RichProgressBar(console_kwargs={"stderr": True}))
    return lightning.Trainer(
        max_epochs=length.epochs,
        accelerator=options.accelerator,
        devices=options.devices,
        num_nodes=options.nodes,
        strategy="ddp" if options.processes > 1 else "auto",
        precision=options.precision,  # type: ignore[arg-type]
        # Every step has the same sizes, so the fastest convolutions are worth a search.
        benchmark=True if training_device(options).type == "cuda" else None,
        accumulate_grad_batches=options.accumulate,
        callbacks=callbacks,
        plugins=[CheckpointFile(), *_environment()],
        default_root_dir=place,
        logger=False if options.log is None else options.log.logger(name.replace(" ", "-")),
        log_every_n_steps=1,
        enable_model_summary=False,
        enable_progress_bar=options.progress,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
    )


def _environment() -> list[SLURMEnvironment]:
    """SLURM without Lightning's own requeueing, which would write checkpoints in the middle of an epoch."""
    return [SLURMEnvironment(auto_requeue=False)] if SLURMEnvironment.detect() else []


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Silences Lightning's advice about loaders and hardware; errors still come through."""
    loggers = [logging.getLogger(name) for name in ("lightning", "lightning.pytorch", "lightning.fabric")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not have many workers.*")
        warnings.filterwarnings("ignore", message=".*number of training batches.*")
        warnings.filterwarnings("ignore", message=".*GPU available but not used.*")
        warnings.filterwarnings("ignore", message=".*in eval mode at the start of training.*")
        warnings.filterwarnings("ignore", message=".*Grad strides do not match bucket view strides.*")
        warnings.filterwarnings("ignore", message=".*Checkpoint directory .* exists and is not empty.*")
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="lightning.*|torch.*")
        warnings.filterwarnings("ignore", message=".*isinstance\\(treespec, LeafSpec\\).*")
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
