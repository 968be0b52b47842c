"""`radiogene protocol`: question, systems, primary figure, thresholds and sample, frozen before the first look."""

import json
from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import AllowDuplicates, Json, Tables
from radiogene.storage.plain_words import counted


def protocol(
    plan: Annotated[Path, typer.Argument(help="TOML file: question, systems, primary figure, sample, thresholds.")],
    out: Annotated[Path, typer.Option("--out", help="The frozen file (JSON); never replaced.")],
    store: Annotated[
        list[str] | None,
        typer.Option("--store", metavar="STORE", help="Store of the sample, to freeze its scans; repeatable."),
    ] = None,
    table: Tables = None,
    model: Annotated[
        list[Path] | None,
        typer.Option("--model", help="Model folder, to freeze its weights and thresholds; repeatable."),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", help="Where looks are counted (else the plan's file, else yours)."),
    ] = None,
    allow_duplicates: AllowDuplicates = False,
    as_json: Json = False,
) -> None:
    """Freeze the protocol of an evaluation before the first look; `evaluate` and `experiment` take it."""
    from radiogene.api.cohorts import named_cohort
    from radiogene.api.protocols import freeze_protocol
    from radiogene.storage.typed_json import to_json

    frozen = freeze_protocol(
        plan,
        out,
        store=named_cohort(store, table) if store or table else None,
        models=model or [],
        ledger=ledger,
        allow_duplicates=allow_duplicates,
    )
    if frozen.looks_before:
        typer.echo(
            f"The sample was looked at before ({counted(frozen.looks_before, 'time')}): every result that follows this "
            "protocol says so.",
            err=True,
        )
    if as_json:
        typer.echo(json.dumps(to_json(frozen), indent=2))
    else:
        typer.echo(f"frozen {frozen.frozen_utc}, SHA-256 {frozen.sha256}: {out}")
