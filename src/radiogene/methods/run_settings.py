"""How a fit runs on a machine, as a user says it: device, precision, memory, processes, logs."""

from dataclasses import dataclass, fields
from typing import Literal

from radiogene.methods.method import MethodEntry

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
