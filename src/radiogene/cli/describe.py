"""`radiogene describe`: parameters, operations and memory of a preset and backbone, by part."""

import json
from typing import Annotated, Literal

import typer

from radiogene.cli.options import Backbone, Genes, Json, words


def describe(
    preset: Annotated[
        Literal["paper", "small", "tiny"], typer.Option("--preset", help="Sizes of the network.")
    ] = "paper",
    backbone: Backbone = "inception-attention-resnet",
    genes: Genes = "EGFR,KRAS",
    attention: Annotated[bool, typer.Option("--attention/--no-attention", help="With or without masks.")] = True,
    batch: Annotated[int, typer.Option("--batch", min=1, max=100_000, help="Patients per training step.")] = 16,
    optimiser: Annotated[
        Literal["sgd", "adamw"], typer.Option("--optimiser", help="Whose state a training step keeps.")
    ] = "sgd",
    as_json: Json = False,
) -> None:
    """Count parameters, operations and memory of a network without allocating its weights."""
    from radiogene.networks.description import describe as describe_network
    from radiogene.networks.presets import preset_named

    description = describe_network(
        preset_named(preset, backbone),
        words(genes),
        attention=attention,
        batch_patients=batch,
        optimiser=optimiser,
    )
    typer.echo(json.dumps(description.to_json(), indent=2) if as_json else str(description))
