"""`radiogene cohort nsclc-radiogenomics`: the paper's external cohort as a cohort table."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.cli.cohort_options import AllowPetCt, KernelWish, Thickest
from radiogene.cli.places import require_file_place
from radiogene.errors import CasesFailedError


def nsclc_radiogenomics(
    labels: Annotated[Path, typer.Option("--labels", help="The collection's label file (CSV, 40 columns).")],
    out: Annotated[Path, typer.Option("--out", help="The cohort table to write; further files stand beside it.")],
    centres: Annotated[
        Path | None, typer.Option("--centres", help="Tumour centres: Case ID, coordX, coordY, coordZ (LPS mm).")
    ] = None,
    series_list: Annotated[
        Path | None, typer.Option("--series-list", help="The downloader's list of series, to choose without images.")
    ] = None,
    patients: Annotated[
        Literal["all", "paper"], typer.Option("--patients", help="All patients, or those of the paper's 162 alone.")
    ] = "all",
    kernel: KernelWish = "lung",
    thickest: Thickest = 3.0,
    allow_pet_ct: AllowPetCt = False,
) -> None:
    """The public collection NSCLC Radiogenomics as a cohort table, with reasons for whoever is left out."""
    from radiogene.cohort.sources.nsclc_radiogenomics.collection_cohort import (
        CollectionFiles,
        write_collection_cohort,
    )
    from radiogene.cohort.sources.series.series_rules import SeriesWishes
    from radiogene.cohort.sources.table_file import beside

    require_file_place(out)
    wishes = SeriesWishes(kernel, thickest, allow_pet_ct)
    summary = write_collection_cohort(CollectionFiles(labels, centres, series_list, patients, wishes), out)
    for line in summary.lines():
        typer.echo(line)
    typer.echo(f"written: {out} and, beside it, {beside(out, '*', '').name}")
    for problem in summary.problems:
        typer.echo(str(problem), err=True)
    if summary.problems:
        raise CasesFailedError(f"{len(summary.problems)} problems in the collection's tables; the rest is in {out}.")
