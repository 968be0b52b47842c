"""`radiogene samplesize`: how many patients a model needs."""

import json
from typing import Annotated

import typer

from radiogene.cli.options import Json

TARGETS = "Targets"


def samplesize(
    prevalence: Annotated[float, typer.Option("--prevalence", help="Expected share of mutants, such as 0.25.")],
    auc: Annotated[float, typer.Option("--auc", help="Expected AUC of the model, from 0.51 to 0.99.")],
    candidates: Annotated[
        int, typer.Option("--candidates", help="Candidate values of the model; a column of K words counts as K - 1.")
    ],
    patients: Annotated[
        int | None,
        typer.Option("--patients", help="A cohort of so many: what does it reach? Else only what is needed."),
    ] = None,
    shrinkage: Annotated[
        float, typer.Option("--shrinkage", help="Least shrinkage of the coefficients.", rich_help_panel=TARGETS)
    ] = 0.9,
    optimism: Annotated[
        float, typer.Option("--optimism", help="Largest optimism in Nagelkerke's R2.", rich_help_panel=TARGETS)
    ] = 0.05,
    margin: Annotated[
        float, typer.Option("--margin", help="Largest error of the overall risk.", rich_help_panel=TARGETS)
    ] = 0.05,
    observed_expected_width: Annotated[
        float,
        typer.Option(
            "--observed-expected-width", help="Widest interval of observed / expected.", rich_help_panel=TARGETS
        ),
    ] = 0.2,
    slope_width: Annotated[
        float,
        typer.Option("--slope-width", help="Widest interval of the calibration slope.", rich_help_panel=TARGETS),
    ] = 0.2,
    auc_width: Annotated[
        float, typer.Option("--auc-width", help="Widest interval of the AUC.", rich_help_panel=TARGETS)
    ] = 0.1,
    as_json: Json = False,
) -> None:
    """Patients that developing and validating a model needs, by the criteria of Riley et al."""
    from radiogene.api.sample_size import sample_size
    from radiogene.report.sample_size_text import sample_size_text

    size = sample_size(
        prevalence=prevalence,
        auc=auc,
        candidates=candidates,
        patients=patients,
        targets={
            "shrinkage": shrinkage,
            "optimism": optimism,
            "margin": margin,
            "observed_expected_width": observed_expected_width,
            "slope_width": slope_width,
            "auc_width": auc_width,
        },
    )
    typer.echo(json.dumps(size.to_json(), indent=2, allow_nan=False) if as_json else sample_size_text(size))
