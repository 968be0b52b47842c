"""Cohort tables and stores of cubes from Python."""

from collections.abc import Sequence
from pathlib import Path

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.joined_stores import Stores, open_stores
from radiogene.cohort.store.prepare import PreparationSummary, Progress
from radiogene.cohort.store.prepare import prepare_cohort as prepare
from radiogene.cohort.table.cohort_table import DEFAULT_GENES, Cohort
from radiogene.cohort.table.cohort_table import check_cohort as check
from radiogene.cohort.table.cohort_table import read_cohort as read
from radiogene.cohort.table.problem import Problem
from radiogene.parallel.workers import Workers
from radiogene.storage.place import Place, place_of

StoreArgument = str | Place | Stores | Sequence[str | Place]
"""A store: where it lies, several places as one, or a store that is open already."""


def read_cohort(table: str | Path, *, genes: Sequence[str] = DEFAULT_GENES, check_files: bool = True) -> Cohort:
    """The cohort that a table describes, after every check.

    Args:
        table: a CSV or Excel file, or its `s3://` address; relative paths in it start from its folder.
        genes: gene columns to read.
        check_files: False leaves absent scans and markings to whoever opens them.

    Raises:
        CohortError: listing every problem of the table.
    """
    return read(table, genes=genes, check_files=check_files)


def check_cohort(table: str | Path, *, genes: Sequence[str] = DEFAULT_GENES) -> list[Problem]:
    """Everything that is wrong with a table, in the order of its lines; empty where it can be used.

    Args:
        table: as for `read_cohort`.
        genes: gene columns to read.
    """
    return check(table, genes=genes)


def prepare_cohort(
    cohort: Cohort | str | Path,
    store: str | Path,
    *,
    columns: Sequence[str] | None = None,
    allow_gaps: bool = False,
    remove_absent: bool = False,
    workers: Workers = 1,
    progress: Progress | None = None,
) -> PreparationSummary:
    """What was done to make a store hold the cube of every row of a cohort; cubes that are there are kept.

    Args:
        cohort: read, or its table.
        store: a folder or an address on object storage: a store of this cohort, or absent or empty.
        columns: further columns of the table that the store keeps; None for those that this package knows.
        allow_gaps: interpolate over missing or uneven slices instead of failing such a row.
        remove_absent: take out cubes that the cohort does not name, instead of refusing the store.
        workers: processes that cut the cubes; -1 takes one per core.
        progress: is told of every finished row: how many are finished, and how many there are.

    Raises:
        CohortError: listing every problem of the table.
        StoreError: the folder is no store of this cohort, or is being written.
    """
    table = cohort if isinstance(cohort, Cohort) else read(cohort)
    return prepare(
        table,
        store,
        columns=columns,
        allow_gaps=allow_gaps,
        remove_absent=remove_absent,
        workers=workers,
        progress=progress,
    )


def open_store(*places: str | Place) -> Stores:
    """The store at a place, or those at several places as one, for reading.

    Args:
        places: folders that `prepare_cohort` filled, or addresses on object storage; the centres of a study, each with
            a store of its own, are one cohort in the order in which they are named.

    Raises:
        StoreError: no store, one that is damaged or was prepared otherwise than the first, or a patient in two.
    """
    return open_stores(places)


def opened_cohort(store: StoreArgument, files: Path | None = None) -> PreparedCohort:
    """The patients of a store, or of several as one.

    Args:
        store: see `StoreArgument`.
        files: folder that the table's column `slides` starts from.
    """
    return PreparedCohort.of(store if isinstance(store, Stores) else open_stores(places_of(store)), files)


def places_of(store: StoreArgument) -> tuple[Place, ...]:
    """Where a store lies, or where several do; argument as for `opened_cohort`."""
    if isinstance(store, Stores):
        return store.places
    if isinstance(store, str | Place):
        return (place_of(store),)
    return tuple(place_of(place) for place in store)
