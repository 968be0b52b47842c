"""`radiogene prepare`: from a cohort table to a store of cubes."""

from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import AllowGaps, CohortTable, Genes, Quiet, Scheduler, Workers, words
from radiogene.cli.progress import progress_bar
from radiogene.errors import CasesFailedError, SettingsError
from radiogene.storage.plain_words import counted
from radiogene.storage.result_places import require_folder_place


def prepare(
    cohort: CohortTable,
    out: Annotated[
        str,
        typer.Option(
            "--out",
            metavar="STORE",
            help="The store: a folder, or s3://BUCKET/NAME; cubes that are there already are kept.",
        ),
    ],
    genes: Genes = "EGFR,KRAS",
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            help="Further columns that the store keeps, or `none` (default: those that radiogene knows).",
        ),
    ] = None,
    allow_gaps: AllowGaps = False,
    remove_absent: Annotated[
        bool, typer.Option("--remove-absent", help="Take out cubes of rows that the table no longer has.")
    ] = False,
    break_lock: Annotated[
        bool,
        typer.Option("--break-lock", help="Go on where a writer on object storage was killed."),
    ] = False,
    workers: Workers = -1,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
) -> None:
    """Cut the cube of every row into a store; failures are listed by row and the rest goes on."""
    from radiogene.cohort.store.prepare import prepare_cohort
    from radiogene.cohort.table.cohort_table import read_cohort
    from radiogene.parallel.workers import opened_workers
    from radiogene.storage.place import place_of

    place = place_of(out)
    if isinstance(place, Path):
        require_folder_place(place)
        if break_lock:
            raise SettingsError("--break-lock is for object storage; a local store's lock goes when its writer ends.")
    table = read_cohort(cohort, genes=words(genes))
    with opened_workers(workers, scheduler) as who, progress_bar("cubes", quiet) as progress:
        summary = prepare_cohort(
            table,
            place,
            columns=None if columns is None else words(columns),
            allow_gaps=allow_gaps,
            remove_absent=remove_absent,
            break_lock=break_lock,
            workers=who,
            progress=progress,
        )
    typer.echo(
        f"{counted(summary.done, 'cube')} made, {summary.skipped} were there, "
        f"{counted(summary.updated, 'row')} brought up to date, {summary.removed} removed, "
        f"{len(summary.failed)} failed: {out}"
    )
    if summary.left_out:
        typer.echo(
            f"columns that the store does not keep: {', '.join(summary.left_out)} (--columns keeps them)", err=True
        )
    for failure in summary.failed:
        typer.echo(f"row {failure.row_number}, patient {failure.patient_id}: {failure.error}", err=True)
    if summary.failed:
        raise CasesFailedError(
            f"{len(summary.failed)} of {counted(len(table.rows), 'row')} failed; see failures.json in {out}."
        )
