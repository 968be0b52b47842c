"""From what a user says of a run to the options of a fit: the precision chosen, the place of logs checked."""

from pathlib import Path
from typing import cast

from radiogene.errors import SettingsError
from radiogene.methods.run_settings import RunSettings
from radiogene.training.fitting.precision import chosen_precision
from radiogene.training.fitting.run_options import LogKind, LogPlace, RunOptions


def run_options(run: RunSettings, *, progress: bool = False) -> RunOptions:
    """The options of a run; `auto` has become the precision that it means here, which the result names.

    Args:
        run: what the user says.
        progress: show a bar on standard error.

    Raises:
        SettingsError: a `log` that names nothing, or numbers below 1.
    """
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


def _log_place(words: str | None) -> LogPlace | None:
    if words is None:
        return None
    kind, _, folder = words.partition(":")
    if kind not in ("csv", "tensorboard") or not folder:
        raise SettingsError(f"Found the `log` {words!r}; expected csv:FOLDER or tensorboard:FOLDER.")
    return LogPlace(cast("LogKind", kind), Path(folder))
