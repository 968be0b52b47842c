"""How a fit runs on a machine, as a user says it: device, precision, memory, processes, logs."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from radiogene.errors import SettingsError
from radiogene.methods.method import MethodEntry

if TYPE_CHECKING:
    from radiogene.training.fitting.run_options import LogKind, LogPlace, RunOptions

ON_ONE_PROCESS = ("accelerator", "precision", "log")
"""What a network that is no network on nine views takes."""


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """How a network is trained here; nothing of it changes what is learnt beyond rounding.

    Attributes:
        accelerator: device: "auto", "cpu" or "gpu".
        precision: of arithmetic: "32-true", "bf16-mixed", "16-mixed", or "auto": bf16 where the machine has it.
        accumulate: parts of a batch, computed one after the other to save memory.
        recompute: compute maps again instead of keeping them: less memory, more time.
        compiled: compile the network for a GPU: minutes at first, faster steps.
        devices: processes on each machine, started by torchrun or SLURM.
        nodes: machines.
        log: "csv:FOLDER" or "tensorboard:FOLDER", for losses while it trains.
    """

    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    precision: Literal["32-true", "bf16-mixed", "16-mixed", "auto"] = "32-true"
    accumulate: int = 1
    recompute: bool = False
    compiled: bool = False
    devices: int = 1
    nodes: int = 1
    log: str | None = None


def taken_run_names(entry: MethodEntry) -> tuple[str, ...]:
    """What of `RunSettings` a system takes, in order."""
    if entry.backbone:
        return tuple(part.name for part in fields(RunSettings))
    return ON_ONE_PROCESS if entry.network else ()


def run_options(run: RunSettings, *, progress: bool = False) -> "RunOptions":
    """The options of a run; `auto` has become the precision that it means here, which the result names.

    Args:
        run: what the user says.
        progress: show a bar on standard error.

    Raises:
        SettingsError: a `log` that names nothing, or numbers below 1.
    """
    from radiogene.training.fitting.precision import chosen_precision
    from radiogene.training.fitting.run_options import RunOptions

    if min(run.accumulate, run.devices, run.nodes) < 1:
        raise SettingsError(
            f"Found `accumulate` {run.accumulate}, `devices` {run.devices}, `nodes` {run.nodes}; wanted 1 or more."
        )
    return RunOptions(
        accelerator=run.accelerator,
        precision=chosen_precision(run.precision, run.accelerator),
        progress=progress,
        accumulate=run.accumulate,
        devices=run.devices,
        nodes=run.nodes,
        recompute=run.recompute,
        log=_log_place(run.log),
        compiled=run.compiled,
    )


def _log_place(words: str | None) -> "LogPlace | None":
    from radiogene.training.fitting.run_options import LogPlace

    if words is None:
        return None
    kind, _, folder = words.partition(":")
    if kind not in ("csv", "tensorboard") or not folder:
        raise SettingsError(f"Found the `log` {words!r}; expected csv:FOLDER or tensorboard:FOLDER.")
    return LogPlace(cast("LogKind", kind), Path(folder))
