"""`radiogene phantom`: the embedded synthetic cohort."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.cli.options import Quiet, Seed, Workers
from radiogene.cli.progress import progress_bar


def phantom(
    out: Annotated[Path, typer.Option("--out", help="Folder for the DICOM series and cohort.csv.")],
    patients: Annotated[int, typer.Option("--patients", min=1, max=100_000, help="How many synthetic patients.")] = 40,
    site: Annotated[Literal["A", "B"], typer.Option("--site", help="B has another scanner.")] = "A",
    seed: Seed = 0,
    pet: Annotated[bool, typer.Option("--pet", help="Add a PET series to each patient.")] = False,
    layout: Annotated[
        Literal["cohort", "nsclc-radiogenomics"],
        typer.Option("--layout", help="A cohort table, or folders and tables as the public collection has them."),
    ] = "cohort",
    slides: Annotated[bool, typer.Option("--slides", help="Add slide tiles to each patient.")] = False,
    workers: Workers = -1,
    quiet: Quiet = False,
) -> None:
    """Write a SYNTHETIC cohort: real DICOM of patients that do not exist."""
    from radiogene.errors import SettingsError
    from radiogene.phantom import write_cohort, write_collection

    if layout == "nsclc-radiogenomics":
        if site != "A" or pet or slides:
            raise SettingsError("--layout nsclc-radiogenomics has its own series; leave --site, --pet, --slides out.")
        with progress_bar("synthetic patients, as the collection", quiet) as progress:
            folder = write_collection(out, patients=patients, seed=seed, workers=workers, progress=progress)
        typer.echo(str(folder))
        return
    with progress_bar(f"synthetic patients, site {site}", quiet) as progress:
        table = write_cohort(
            out, patients=patients, site=site, seed=seed, pet=pet, slides=slides, workers=workers, progress=progress
        )
    typer.echo(str(table))
