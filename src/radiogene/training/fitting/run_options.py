"""How a training runs on a machine: device, precision, processes, memory, logs."""

import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import torch
from lightning.fabric.utilities.rank_zero import rank_zero_only
from lightning.pytorch.loggers import CSVLogger, Logger, TensorBoardLogger

from radiogene.errors import SettingsError
from radiogene.storage.typed_json import JsonObject

LogKind = Literal["csv", "tensorboard"]


@dataclass(frozen=True)
class LogPlace:
    """Where the losses of every epoch are logged while a training runs.

    Attributes:
        kind: of files.
        folder: that gets them.
    """

    kind: LogKind
    folder: Path

    def logger(self, name: str) -> Logger:
        """Lightning's logger for one fit.

        Args:
            name: of the fit; a folder of its own.
        """
        if self.kind == "csv":
            return CSVLogger(self.folder, name=name, version="")
        return TensorBoardLogger(self.folder, name=name, version="")


@dataclass(frozen=True)
class RunOptions:
    """How a fit runs on this machine; none of it changes what is learnt, to rounding.

    Attributes:
        accelerator: Lightning's name: "auto", "cpu", "gpu".
        precision: Lightning's name: "32-true", "bf16-mixed", "16-mixed".
        progress: show a progress bar on standard error.
        accumulate: parts into which an optimiser's batch is cut, one after the other, to save memory.
        devices: processes on this machine, each with its part of every batch; started by `torchrun` or SLURM.
        nodes: machines.
        recompute: keep no maps of a view network for the backward pass, but compute them again there.
        log: None logs nothing but the history in the model folder.
        compiled: compile the view networks for training; a GPU only.
    """

    accelerator: str = "auto"
    precision: str = "32-true"
    progress: bool = True
    accumulate: int = 1
    devices: int = 1
    nodes: int = 1
    recompute: bool = False
    log: LogPlace | None = None
    compiled: bool = False

    @property
    def processes(self) -> int:
        """All processes that share a batch."""
        return self.devices * self.nodes

    @property
    def parts(self) -> int:
        """Parts of an optimiser's batch: over processes and over time."""
        return self.processes * self.accumulate

    def to_json(self) -> JsonObject:
        """How it ran, as plain JSON values; it names no path."""
        values = {name: value for name, value in asdict(self).items() if name not in ("progress", "log")}
        return {**values, "log": None if self.log is None else self.log.kind}

    def of_results(self) -> JsonObject:
        """What may change a result beyond rounding; an unfinished training goes on with the same only."""
        return {"precision": self.precision, "accumulate": self.accumulate, "processes": self.processes}


def process_rank() -> int:
    """Which of the processes of a distributed training this is; 0 alone writes files."""
    return int(getattr(rank_zero_only, "rank", 0) or 0)


def training_device(options: RunOptions) -> torch.device:
    """Where a network runs outside Lightning's loop."""
    if options.accelerator == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", torch.cuda.current_device())


def mixed_arithmetic(options: RunOptions) -> AbstractContextManager[object]:
    """What Lightning puts around every step, for work outside its loop: 16-bit floats where the options say so.

    Args:
        options: device and precision.
    """
    types = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}
    device, dtype = training_device(options).type, types.get(options.precision)
    return nullcontext() if dtype is None else torch.autocast(device, dtype)


def require_machine(options: RunOptions) -> None:
    """Refuses what this machine cannot do, before any work.

    Raises:
        SettingsError: a GPU where PyTorch finds none, 16-bit floats or a compiled network without one, a compiled
            network that is also computed again, processes that nobody started, or a log that needs a package.
    """
    gpu = torch.cuda.is_available() or torch.backends.mps.is_available()
    if options.accelerator == "gpu" and not gpu:
        raise SettingsError("`accelerator` gpu: PyTorch finds no GPU here. Use `accelerator` auto or cpu.")
    if options.precision == "16-mixed" and (options.accelerator == "cpu" or not gpu):
        raise SettingsError("`precision` 16-mixed needs a GPU. Use bf16-mixed or 32-true here.")
    if options.compiled and training_device(options).type != "cuda":
        raise SettingsError(
            "`compiled` needs a CUDA GPU. On a processor compiled steps were measured to be slower, after minutes of "
            "compiling; use `precision` auto here."
        )
    if options.compiled and options.recompute:
        raise SettingsError("`compiled` and `recompute` exclude each other: leave one of them out.")
    started = int(os.environ.get("WORLD_SIZE") or os.environ.get("SLURM_STEP_NUM_TASKS") or 1)
    if started != options.processes:
        # Each of them would take itself for the only one, and write into the others' files.
        raise SettingsError(
            f"`devices` {options.devices} `nodes` {options.nodes} wants {options.processes} processes, and {started} "
            f"were started. Start them by `torchrun --nproc-per-node {options.devices} --nnodes {options.nodes} "
            "--no-python radiogene train ...` or by SLURM's srun, or give --devices and --nodes as they were started."
        )
    if options.log is not None and options.log.kind == "tensorboard":
        _require_tensorboard()


def _require_tensorboard() -> None:
    try:
        import tensorboard  # noqa: F401
    except ImportError as error:
        raise SettingsError(
            '`log` tensorboard:... needs TensorBoard: pip install "radiogene[tensorboard]", or use `log` csv:...'
        ) from error
