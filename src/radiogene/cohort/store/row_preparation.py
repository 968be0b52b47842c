"""Rows of a table to prepared nodules, by any number of workers; the module imports no more than a worker needs."""

from collections.abc import Generator, Sequence

from radiogene.cohort.row import CohortRow
from radiogene.ct.preparation import PreparedNodule, prepare_nodule
from radiogene.ct.scan import ScanOptions
from radiogene.errors import RadiogeneError
from radiogene.parallel.dask_worker import missing_here
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
    """The prepared nodule of a row, or why there is none.

    Args:
        row: of the table.
        allow_gaps: interpolate over missing or uneven slices.
    """
    options = ScanOptions(series_uid=row.series_uid, allow_gaps=allow_gaps)
    try:
        nodule = prepare_nodule(
            row.ct, row.nodule, frame=row.frame, segment=row.segment, scan_options=options, refuse_doubts=True
        )
    except (RadiogeneError, OSError) as error:
        return f"{type(error).__name__}: {error}{_of_machine(row)}"
    # Half the bytes to send, and all that any reader of a row's cube keeps.
    return nodule.as_stored()


def _of_machine(row: CohortRow) -> str:
    """What to add for a scan that another machine does not see."""
    missing = missing_here(row.ct)
    return f" ({missing})" if missing else ""
