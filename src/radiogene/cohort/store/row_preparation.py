"""Rows of a table to prepared nodules, by any number of workers; the module imports no more than a worker needs."""

from collections.abc import Generator, Sequence

from radiogene.cohort.row import CohortRow
from radiogene.ct.preparation import PreparedNodule, prepare_nodule
from radiogene.ct.scan import ScanOptions
from radiogene.errors import RadiogeneError, SeriesError
from radiogene.parallel.dask_worker import missing_here
from radiogene.parallel.guarded_child import Unfinished, guarded
from radiogene.parallel.workers import Workers, in_parallel


def prepared_rows(
    rows: Sequence[CohortRow], allow_gaps: bool, workers: Workers
) -> Generator[PreparedNodule | str, None, None]:
    """Per row, in order, its prepared nodule or the words of its refusal; only a few wait in memory at a time.

    Args:
        rows: the rows to prepare.
        allow_gaps: interpolate over missing or uneven slices.
        workers: who does it.
    """
    return in_parallel(prepared_row, ((row, allow_gaps) for row in rows), workers)


def prepared_row(row: CohortRow, allow_gaps: bool) -> PreparedNodule | str:
    """The prepared nodule of a row, or why there is none, whatever its files do to the process that reads them.

    Args:
        row: of the table.
        allow_gaps: interpolate over missing or uneven slices.
    """
    outcome = guarded(_prepared_here, row, allow_gaps)
    if isinstance(outcome, Unfinished):
        words = f"{row.ct} or its nodule {outcome.reason}. Restore the files, or convert them again."
        return f"{SeriesError.__name__}: {words}"
    return f"{outcome}{_of_machine(row)}" if isinstance(outcome, str) else outcome


def _prepared_here(row: CohortRow, allow_gaps: bool) -> PreparedNodule | str:
    """The prepared nodule of a row, or the words of its refusal, by this process."""
    options = ScanOptions(series_uid=row.series_uid, allow_gaps=allow_gaps)
    try:
        nodule = prepare_nodule(
            row.ct, row.nodule, frame=row.frame, segment=row.segment, scan_options=options, refuse_doubts=True
        )
    except (RadiogeneError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    # Half the bytes to send, and all that any reader of a row's cube keeps.
    return nodule.as_stored()


def _of_machine(row: CohortRow) -> str:
    """What to add for a scan that another machine does not see."""
    missing = missing_here(row.ct)
    return f" ({missing})" if missing else ""
