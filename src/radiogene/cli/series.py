"""`radiogene series`: what a folder holds, and which series can be chosen."""

import json
from dataclasses import asdict

import typer

from radiogene.cli.options import Ct, Json


def series(ct: Ct, as_json: Json = False) -> None:
    """List the CT series of a folder with their UIDs, spacing and length."""
    from radiogene.ct.open_scan import list_series
    from radiogene.errors import SeriesError

    summaries = list_series(ct)
    if not summaries:
        raise SeriesError(f"{ct} holds no DICOM file. Give the folder of a CT series, or a volume file.")
    if as_json:
        typer.echo(json.dumps([asdict(summary) for summary in summaries], indent=2))
        return
    for summary in summaries:
        typer.echo(str(summary))
