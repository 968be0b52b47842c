"""`radiogene stress`: how a model's figures and answers hold under other acquisitions."""

import json
from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import Json, Stores


def stress(
    store: Stores,
    model: Annotated[Path, typer.Option("--model", help="The model folder.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for stress.html and stress.json.")] = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="File in which looks are counted (else that of the state folder).")
    ] = None,
    include_training_cases: Annotated[
        bool, typer.Option("--include-training-cases", help="Allow cubes of the training; figures are named so.")
    ] = False,
    as_json: Json = False,
) -> None:
    """What thicker slices, other kernels, noise, shifted HU or centres and unknown values do to a model's answers."""
    from radiogene.api.stress import stress as stressed
    from radiogene.report.stress_text import stress_text

    result = stressed(model, store, out=out, ledger=ledger, include_training_cases=include_training_cases)
    typer.echo(json.dumps(result.to_json(), indent=2, allow_nan=False) if as_json else stress_text(result))
