"""`radiogene cohort from-folder`: a hospital's own studies as a cohort table."""

from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import AllowPetCt, Genes, HeaderFile, KernelWish, Quiet, Scheduler, Thickest, Workers, words
from radiogene.cli.progress import progress_bar
from radiogene.errors import CasesFailedError
from radiogene.storage.plain_words import counted
from radiogene.storage.result_places import require_file_place


def from_folder(
    folder: Annotated[Path, typer.Argument(help="The folder with the studies, at any depth.")],
    table: Annotated[
        Path, typer.Option("--table", help="The clinical table: patient_id and what is known (CSV or .xlsx).")
    ],
    out: Annotated[Path, typer.Option("--out", help="The cohort table to write; further files stand beside it.")],
    genes: Genes = "EGFR,KRAS",
    cache: HeaderFile = None,
    kernel: KernelWish = "lung",
    thickest: Thickest = 3.0,
    allow_pet_ct: AllowPetCt = False,
    workers: Workers = -1,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
) -> None:
    """Match a tree of studies with a clinical table, choose the CT series, and list what could not be matched."""
    from radiogene.cohort.sources.series.series_rules import SeriesWishes
    from radiogene.cohort.sources.study_folder.study_cohort import StudyFolder, write_study_cohort
    from radiogene.cohort.sources.table_file import beside
    from radiogene.parallel.workers import opened_workers

    require_file_place(out)
    wishes = SeriesWishes(kernel, thickest, allow_pet_ct)
    with opened_workers(workers, scheduler) as who, progress_bar("files", quiet) as progress:
        source = StudyFolder(folder, table, words(genes), cache, wishes, who)
        summary = write_study_cohort(source, out, progress)
    for line in summary.lines():
        typer.echo(line)
    typer.echo(f"written: {out} and, beside it, {beside(out, '*', '').name}")
    for problem in summary.problems:
        typer.echo(str(problem), err=True)
    if summary.patients_without_row or summary.problems:
        raise CasesFailedError(
            f"{summary.patients_without_row} of {summary.in_table} patients of the table have no row, "
            f"{counted(len(summary.problems), 'problem')} in the table; see {beside(out, 'unmatched').name}."
        )
