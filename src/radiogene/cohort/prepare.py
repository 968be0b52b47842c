"""Fills a store with the cubes of a cohort: in parallel, resumed where it stopped, failures listed row by row."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import joblib

from radiogene.cohort.cube_record import CubeRecord, PreparationFailure, row_key
from radiogene.cohort.row import CohortRow
from radiogene.cohort.store import CubeStore
from radiogene.cohort.store_layout import STORE_FILE
from radiogene.cohort.table import Cohort
from radiogene.ct.preparation import PreparationSettings, PreparedNodule, prepare_nodule
from radiogene.ct.scan import ScanOptions
from radiogene.errors import RadiogeneError, StoreError

Progress = Callable[[int, int], None]
"""Called with how many rows are finished and how many there are."""


@dataclass(frozen=True)
class PreparationSummary:
    """What a preparation did.

    Attributes:
        done: cubes made now.
        skipped: cubes that were in the store.
        updated: of these, how many had other clinical values or labels than the table and were given the table's.
        removed: cubes taken out because the table no longer names them.
        failed: the rows whose cube could not be made.
    """

    done: int
    skipped: int
    updated: int
    removed: int
    failed: tuple[PreparationFailure, ...]


def prepare_cohort(
    cohort: Cohort,
    store_path: Path,
    *,
    allow_gaps: bool = False,
    remove_absent: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
) -> PreparationSummary:
    """What was done to make the store hold the cube of every row of the cohort.

    Cubes that the store has are kept, their patients' values brought up to the table's. A row that fails is listed in
    the result and in the store, and the others go on.

    Args:
        cohort: the table.
        store_path: a folder: a store of this cohort, or absent or empty.
        allow_gaps: interpolate over missing or uneven slices instead of failing such a row.
        remove_absent: take out cubes that the cohort does not name, instead of refusing the store.
        workers: processes; 1 works in this one, -1 takes one per core.
        progress: is told of every finished row.

    Raises:
        StoreError: the folder is no store, is being written, was prepared otherwise, or holds cubes of rows that the
            cohort does not have.
    """
    rows = {row_key(row): row for row in cohort.rows}
    with _opened(Path(store_path)) as store:
        removed = _remove_absent(store, rows, allowed=remove_absent)
        waiting = [row for key, row in rows.items() if key not in store]
        skipped = len(rows) - len(waiting)
        updated = store.update_rows(rows)
        failed: list[PreparationFailure] = []
        finished = skipped
        try:
            for row, outcome in zip(waiting, prepared_rows(waiting, allow_gaps, workers), strict=True):
                if isinstance(outcome, PreparedNodule):
                    record = CubeRecord(row_key(row), row, outcome.report, outcome.is_synthetic or row.synthetic)
                    store.add(record, outcome.cube_hu, outcome.segment_zyx)
                else:
                    failed.append(PreparationFailure(row.row_number, row.patient_id, outcome))
                finished += 1
                if progress is not None:
                    progress(finished, len(rows))
        finally:
            store.write_failures(failed)
    return PreparationSummary(len(waiting) - len(failed), skipped, updated, removed, tuple(failed))


def _opened(path: Path) -> CubeStore:
    """The store, open for writing; a new one where there is none."""
    settings = PreparationSettings()
    if not (path / STORE_FILE).exists():
        return CubeStore.create(path, settings.to_dict(), settings.fingerprint())
    store = CubeStore.open(path, writing=True)
    if store.preparation_hash != settings.fingerprint():
        store.close()
        raise StoreError(
            f"The cubes of {path} were prepared otherwise (settings {store.preparation_hash[:12]}, here "
            f"{settings.fingerprint()[:12]}). Prepare the cohort into a new folder."
        )
    return store


def _remove_absent(store: CubeStore, rows: dict[str, CohortRow], *, allowed: bool) -> int:
    """How many cubes the store held that no row names; they are taken out, or refused."""
    absent = {record.key: record for record in store.records if record.key not in rows}
    if absent and not allowed:
        first = next(iter(absent.values())).row
        raise StoreError(
            f"The store {store.path} holds {len(absent)} cubes whose scan or nodule is not in this table, the first of "
            f"patient {first.patient_id!r}. Prepare this table into another folder, or remove those cubes with "
            "--remove-absent."
        )
    store.remove(absent)
    return len(absent)


def prepared_rows(rows: Sequence[CohortRow], allow_gaps: bool, workers: int) -> Iterator[PreparedNodule | str]:
    """Per row, in order, its prepared nodule or the words of its refusal; only a few wait in memory at a time.

    Args:
        rows: the rows to prepare.
        allow_gaps: interpolate over missing or uneven slices.
        workers: processes; 1 works in this one, -1 takes one per core.
    """
    # Stopping early (an interrupt, a full disk) is announced by its own message, not by joblib's.
    warnings.filterwarnings("ignore", message=".*which were still being processed by the workers.*")
    parallel = joblib.Parallel(n_jobs=workers, return_as="generator", pre_dispatch="2*n_jobs")
    return iter(parallel(joblib.delayed(_outcome)(row, allow_gaps) for row in rows))


def _outcome(row: CohortRow, allow_gaps: bool) -> PreparedNodule | str:
    """The prepared nodule of a row, or why there is none."""
    options = ScanOptions(series_uid=row.series_uid, allow_gaps=allow_gaps)
    try:
        return prepare_nodule(row.ct, row.nodule, frame=row.frame, segment=row.segment, scan_options=options)
    except (RadiogeneError, OSError) as error:
        return f"{type(error).__name__}: {error}"
