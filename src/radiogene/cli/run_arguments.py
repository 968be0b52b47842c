"""Options of every verb that trains: device, precision, processes, logs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from radiogene.errors import SettingsError

if TYPE_CHECKING:
    from radiogene.training.fitting.run_options import LogKind, LogPlace, RunOptions

AcceleratorName = Literal["auto", "cpu", "gpu"]
PrecisionName = Literal["32-true", "bf16-mixed", "16-mixed", "auto"]

Accelerator = Annotated[AcceleratorName, typer.Option("--accelerator", help="Device.")]
Precision = Annotated[
    PrecisionName, typer.Option("--precision", help="Of arithmetic; auto: bf16-mixed where the machine has bf16.")
]
Accumulate = Annotated[
    int, typer.Option("--accumulate", min=1, help="Parts of a batch, computed one after the other to save memory.")
]
Devices = Annotated[
    int, typer.Option("--devices", min=1, help="Processes on each machine, started by torchrun or SLURM.")
]
Nodes = Annotated[int, typer.Option("--nodes", min=1, help="Machines.")]
Log = Annotated[str | None, typer.Option("--log", help="csv:FOLDER or tensorboard:FOLDER, for losses while it trains.")]


def run_options(
    accelerator: AcceleratorName,
    precision: PrecisionName,
    accumulate: int,
    recompute: bool,
    devices: int,
    nodes: int,
    log: str | None,
    *,
    progress: bool,
    compiled: bool = False,
) -> "RunOptions":
    """The options of a run; `auto` has become the precision that it means here, which the result names.

    Raises:
        SettingsError: words of --log that name nothing.
    """
    from radiogene.training.fitting.precision import chosen_precision
    from radiogene.training.fitting.run_options import RunOptions

    chosen = chosen_precision(precision, accelerator)
    place = _log_place(log)
    return RunOptions(accelerator, chosen, progress, accumulate, devices, nodes, recompute, place, compiled)


def _log_place(words: str | None) -> "LogPlace | None":
    from radiogene.training.fitting.run_options import LogPlace

    if words is None:
        return None
    kind, _, folder = words.partition(":")
    if kind not in ("csv", "tensorboard") or not folder:
        raise SettingsError(f"--log {words!r}: expected csv:FOLDER or tensorboard:FOLDER.")
    return LogPlace(cast("LogKind", kind), Path(folder))
