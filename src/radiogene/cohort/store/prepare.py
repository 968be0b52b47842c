"""Fills a store with the cubes of a cohort: in parallel, resumed where it stopped, failures listed row by row."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from radiogene.cohort.identity.site_key import site_key
from radiogene.cohort.row import CohortRow
from radiogene.cohort.store.cube_record import CubeRecord, PreparationFailure, row_key
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.layout import is_store
from radiogene.cohort.store.row_preparation import prepared_rows
from radiogene.cohort.table.cohort_table import Cohort
from radiogene.ct.preparation import PreparationSettings, PreparedNodule
from radiogene.errors import StoreError
from radiogene.parallel.workers import Workers
from radiogene.storage.place import Place, place_of
from radiogene.storage.plain_words import counted

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
        left_out: further columns of the table that the store does not keep.
    """

    done: int
    skipped: int
    updated: int
    removed: int
    failed: tuple[PreparationFailure, ...]
    left_out: tuple[str, ...] = ()


def prepare_cohort(
    cohort: Cohort,
    store_path: str | Place,
    *,
    columns: Sequence[str] | None = None,
    allow_gaps: bool = False,
    remove_absent: bool = False,
    break_lock: bool = False,
    workers: Workers = 1,
    progress: Progress | None = None,
) -> PreparationSummary:
    """What was done to make the store hold the cube of every row of the cohort.

    Cubes that the store has are kept, their patients' values brought up to the table's. A row that fails is listed in
    the result and in the store, and the others go on.

    Args:
        cohort: the table.
        store_path: a folder or an address on object storage: a store of this cohort, or absent or empty.
        columns: further columns of the table that the store keeps; None for those that this package knows. Others may
            name the patient, and are read by nobody.
        allow_gaps: interpolate over missing or uneven slices instead of failing such a row.
        remove_absent: take out cubes that the cohort does not name, instead of refusing the store.
        break_lock: on object storage, take away the lock of a writer that was killed.
        workers: who cuts the cubes; only this process writes the store.
        progress: is told of every finished row.

    Raises:
        CohortError: the table lacks one of the columns.
        StoreError: the folder is no store, is being written, was prepared otherwise, or holds cubes of rows that the
            cohort does not have.
        StorageError: object storage cannot be used.
        SettingsError: the site's key, which hides PatientIDs, cannot be used.
    """
    kept = cohort.with_columns(columns)
    left_out = tuple(name for name in cohort.extra_columns if name.strip() and name not in kept.extra_columns)
    rows = {row_key(row): row for row in kept.rows}
    key = site_key()
    with _opened(place_of(store_path), break_lock) as store:
        removed = _remove_absent(store, rows, allowed=remove_absent)
        waiting = [row for key, row in rows.items() if key not in store]
        skipped = len(rows) - len(waiting)
        updated = store.update_rows(rows)
        failed: list[PreparationFailure] = []
        finished = skipped
        try:
            with closing(prepared_rows(waiting, allow_gaps, workers)) as outcomes:
                for row, outcome in zip(waiting, outcomes, strict=True):
                    if isinstance(outcome, PreparedNodule):
                        record = CubeRecord(
                            row_key(row),
                            row,
                            outcome.report,
                            outcome.is_synthetic or row.synthetic,
                            key.of_dicom_patient(outcome.patient_id),
                        )
                        store.add(record, outcome.cube_hu, outcome.segment_zyx)
                    else:
                        failed.append(PreparationFailure(row.row_number, row.patient_id, outcome))
                    finished += 1
                    if progress is not None:
                        progress(finished, len(rows))
        finally:
            store.write_failures(failed)
    return PreparationSummary(len(waiting) - len(failed), skipped, updated, removed, tuple(failed), left_out)


def _opened(path: Place, break_lock: bool) -> CubeStore:
    """The store, open for writing; a new one where there is none."""
    settings = PreparationSettings()
    if not is_store(path):
        return CubeStore.create(path, settings, settings.fingerprint(), break_lock=break_lock)
    store = CubeStore.open(path, writing=True, break_lock=break_lock)
    if store.preparation_hash != settings.fingerprint():
        store.close()
        raise StoreError(
            f"The cubes of {path} were prepared otherwise (settings {store.preparation_hash[:12]}, here "
            f"{settings.fingerprint()[:12]}). Prepare the cohort into a new folder."
        )
    return store


def _remove_absent(store: CubeStore, rows: dict[str, CohortRow], *, allowed: bool) -> int:
    """How many cubes the store held that no row names; they are taken out, or refused."""
    absent = store.keys - rows.keys()
    if absent and not allowed:
        first = next(record.row for record in store.records if record.key in absent)
        raise StoreError(
            f"The store {store.path} holds {counted(len(absent), 'cube')} whose scan or nodule is not in this table, "
            f"the first of patient {first.patient_id!r}. Prepare this table into another folder, or remove those cubes "
            "with `remove_absent`."
        )
    store.remove(absent)
    return len(absent)
