"""Options of every verb that trains: device, precision, processes, logs; what is not given stays undecided."""

from typing import Annotated, Any, Literal

import typer

MACHINE = "Machine"

AcceleratorName = Literal["auto", "cpu", "gpu"]
PrecisionName = Literal["32-true", "bf16-mixed", "16-mixed", "auto"]

Accelerator = Annotated[
    AcceleratorName | None, typer.Option("--accelerator", help="Device (else auto).", rich_help_panel=MACHINE)
]
Precision = Annotated[
    PrecisionName | None,
    typer.Option(
        "--precision",
        help="Of arithmetic (else 32-true); auto: bf16-mixed where the machine has bf16.",
        rich_help_panel=MACHINE,
    ),
]
Accumulate = Annotated[
    int | None,
    typer.Option(
        "--accumulate",
        min=1,
        help="Parts of a batch, computed one after the other to save memory.",
        rich_help_panel=MACHINE,
    ),
]
Devices = Annotated[
    int | None,
    typer.Option(
        "--devices", min=1, help="Processes on each machine, started by torchrun or SLURM.", rich_help_panel=MACHINE
    ),
]
Nodes = Annotated[int | None, typer.Option("--nodes", min=1, help="Machines.", rich_help_panel=MACHINE)]
Log = Annotated[
    str | None,
    typer.Option(
        "--log", help="csv:FOLDER or tensorboard:FOLDER, for losses while it trains.", rich_help_panel=MACHINE
    ),
]


def given(**options: Any) -> dict[str, object]:
    """The options that a user gave, by the names of the library."""
    return {name: value for name, value in options.items() if value is not None}
