"""`radiogene outcomes`: molecular results that come in later, held against what was answered."""

import json
from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import Json


def outcomes(
    model: Annotated[Path, typer.Option("--model", help="The model folder that answered.")],
    predictions: Annotated[
        Path | None,
        typer.Option("--predictions", help="Answers to remember: the CSV that `radiogene predict --cohort` wrote."),
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option("--results", help="Results that came in: patient_id and a column for each gene, CSV or Excel."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for outcomes.html and outcomes.json.")] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Forget what is recorded of this model first.")] = False,
    as_json: Json = False,
) -> None:
    """Hold molecular results against the model's answers, and say when it is to be looked at again."""
    from radiogene.api.outcomes import record_outcomes
    from radiogene.report.outcome_text import outcome_text

    watch = record_outcomes(model, predictions=predictions, results=results, out=out, restart=restart)
    typer.echo(json.dumps(watch.to_json(), indent=2, allow_nan=False) if as_json else outcome_text(watch))
