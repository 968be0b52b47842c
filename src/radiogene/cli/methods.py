"""`radiogene methods`: every compared system and what it needs."""

import json

import typer

from radiogene.cli.options import Json


def methods(as_json: Json = False) -> None:
    """List MMDL and every system that it is compared with: what each is given, what it fits, where the paper has it."""
    from radiogene.methods.registry import all_methods

    entries = all_methods().values()
    if as_json:
        typer.echo(json.dumps([entry.to_json() for entry in entries], indent=2))
        return
    for entry in entries:
        needs = ", ".join(need.value for need in entry.needs)
        columns = f" ({', '.join(entry.columns)})" if entry.columns else ""
        extra = f'  needs pip install "radiogene[{entry.extra}]"' if entry.extra else ""
        typer.echo(f"{entry.name:22} {entry.title}\n{'':22} from: {needs}{columns}; fits: {entry.learner}{extra}")
        typer.echo(f"{'':22} {entry.source}")
