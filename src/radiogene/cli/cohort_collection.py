"""`radiogene cohort nsclc-radiogenomics`: the paper's external cohort as a cohort table."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.cli.cohort_options import AllowPetCt, HeaderFile, KernelWish, Thickest
from radiogene.cli.options import Quiet, Workers
from radiogene.cli.places import require_file_place
from radiogene.cli.progress import progress_bar
from radiogene.errors import CasesFailedError, SettingsError


def nsclc_radiogenomics(
    labels: Annotated[Path, typer.Option("--labels", help="The collection's label file (CSV, 40 columns).")],
    out: Annotated[Path, typer.Option("--out", help="The cohort table to write; further files stand beside it.")],
    centres: Annotated[
        Path | None, typer.Option("--centres", help="Tumour centres: Case ID, coordX, coordY, coordZ (LPS mm).")
    ] = None,
    series_list: Annotated[
        Path | None, typer.Option("--series-list", help="The downloader's list of series, to choose without images.")
    ] = None,
    images: Annotated[
        Path | None, typer.Option("--images", help="The folder of the collection's images, at any depth.")
    ] = None,
    patients: Annotated[
        Literal["all", "paper"], typer.Option("--patients", help="All patients, or those of the paper's 162 alone.")
    ] = "all",
    kernel: KernelWish = "lung",
    thickest: Thickest = 3.0,
    allow_pet_ct: AllowPetCt = False,
    cache: HeaderFile = None,
    workers: Workers = -1,
    quiet: Quiet = False,
) -> None:
    """The public collection NSCLC Radiogenomics as a cohort table, with reasons for whoever is left out."""
    from radiogene.cohort.sources.nsclc_radiogenomics.collection_cohort import (
        CollectionFiles,
        write_collection_cohort,
    )
    from radiogene.cohort.sources.series.series_rules import SeriesWishes
    from radiogene.cohort.sources.table_file import beside

    if images is not None and series_list is not None:
        raise SettingsError("--images reads the series from their headers; leave --series-list out.")
    require_file_place(out)
    wishes = SeriesWishes(kernel, thickest, allow_pet_ct)
    files = CollectionFiles(labels, centres, series_list, images, patients, wishes, cache, workers)
    with progress_bar("files", quiet or images is None) as progress:
        summary = write_collection_cohort(files, out, progress)
    for line in summary.lines():
        typer.echo(line)
    typer.echo(f"written: {out} and, beside it, {beside(out, '*', '').name}")
    for problem in summary.problems:
        typer.echo(str(problem), err=True)
    if summary.problems:
        raise CasesFailedError(f"{len(summary.problems)} problems in the collection's tables; the rest is in {out}.")
