"""`radiogene describe`: parameters and operations of a preset, by part."""

import json
from typing import Annotated, Literal

import typer

from radiogene.cli.options import Genes, Json, words


def describe(
    preset: Annotated[
        Literal["paper", "small", "tiny"], typer.Option("--preset", help="Sizes of the network.")
    ] = "paper",
    genes: Genes = "EGFR,KRAS",
    attention: Annotated[bool, typer.Option("--attention/--no-attention", help="With or without masks.")] = True,
    as_json: Json = False,
) -> None:
    """Count parameters and operations of a network without allocating its weights."""
    from radiogene.networks.description import describe as describe_network
    from radiogene.networks.presets import preset_named

    description = describe_network(preset_named(preset), words(genes), attention=attention)
    typer.echo(json.dumps(description.to_json(), indent=2) if as_json else str(description))
