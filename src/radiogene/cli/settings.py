"""`radiogene settings`: every setting of a system with its default and what it means, as a file that can be edited."""

from typing import Annotated

import typer


def settings(
    name: Annotated[
        str, typer.Argument(help="A system of `radiogene methods`, or `pretrain`, or `experiment`.", metavar="METHOD")
    ],
) -> None:
    """Print the settings of a fit as TOML, for --settings of `train`, `pretrain` and `experiment`."""
    from radiogene.api.settings import settings_template

    typer.echo(settings_template(name), nl=False)
