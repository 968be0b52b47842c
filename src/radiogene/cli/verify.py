"""`radiogene verify`: whether a store, a model, an experiment or a report is as it was written."""

import json
from typing import Annotated

import typer

from radiogene.cli.options import Json
from radiogene.errors import ChangedError
from radiogene.storage.plain_words import counted


def verify(
    path: Annotated[str, typer.Argument(help="A store, a model folder, an experiment, or the folder of a report.")],
    as_json: Json = False,
) -> None:
    """Compare a store, a model, an experiment or a report with its own hashes, and name what is not as it was."""
    from radiogene.api.verification import verify as verified

    found = verified(path)
    if as_json:
        typer.echo(json.dumps(found.to_json(), indent=2))
    else:
        made = f", made by radiogene {found.made_by}" if found.made_by else ""
        typer.echo(f"{found.kind} {found.place}{made}: {found.checked}")
        for problem in found.problems:
            typer.echo(f"  {problem}")
    if found.problems:
        raise ChangedError(
            f"{path} is not as it was written: {counted(len(found.problems), 'problem')}. Copy it again, or make it "
            "anew."
        )
    if not as_json:
        typer.echo("All as it was written.")
