"""`radiogene prevalence`: the share of mutants at a site, from its own unlabelled predictions."""

import json
from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import Json
from radiogene.errors import CohortError


def prevalence(
    predictions: Annotated[
        Path, typer.Argument(metavar="PREDICTIONS", help="The CSV file that `radiogene predict --cohort` wrote.")
    ],
    model: Annotated[Path, typer.Option("--model", help="The model folder that made them.")],
    as_json: Json = False,
) -> None:
    """Estimate the share of mutants among a site's patients from their predictions; no molecular result is needed."""
    from radiogene.api.prevalence import estimate_prevalence
    from radiogene.report.numbers import measure_text

    found = estimate_prevalence(predictions, model)
    told = {gene: each for gene, each in found.items() if each.estimate.value is not None}
    if as_json:
        typer.echo(json.dumps({gene: each.to_json() for gene, each in found.items()}, indent=2, allow_nan=False))
    else:
        for gene, each in found.items():
            training = "" if each.training is None else f"; training {each.training:.3f}"
            typer.echo(f"{gene}: {measure_text(each.estimate)}, by {each.patients} predictions{training}")
        if told:
            given = " ".join(f"--prevalence {gene}={each.estimate.value:.3f}" for gene, each in told.items())
            typer.echo(f"Answers at it: radiogene predict {given}")
    if not told:
        reasons = "; ".join(f"{gene}: {each.estimate.reason}" for gene, each in found.items())
        raise CohortError(f"No prevalence can be told. {reasons}.")
