"""Cohort tables and stores of cubes from Python."""

from collections.abc import Sequence
from pathlib import Path

from radiogene.cohort.cohort_place import CohortPlace
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.joined_stores import Stores, open_stores
from radiogene.cohort.store.prepare import PreparationSummary, Progress
from radiogene.cohort.store.prepare import prepare_cohort as prepare
from radiogene.cohort.table.cohort_table import DEFAULT_GENES, Cohort
from radiogene.cohort.table.cohort_table import check_cohort as check
from radiogene.cohort.table.cohort_table import read_cohort as read
from radiogene.cohort.table.problem import Problem
from radiogene.cohort.table.table_cohort import CohortTables, cohort_tables
from radiogene.errors import SettingsError
from radiogene.parallel.workers import Workers
from radiogene.storage.place import Place, place_of

StoreArgument = str | Place | Stores | CohortTables | Sequence[str | Place]
"""A store: where it lies, several places as one, or a store that is open already; or the tables of `patient_table`."""


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


def patient_table(*tables: str | Path) -> CohortTables:
    """Cohort tables as patients without images, in place of a store, for the systems that read columns alone.

    They are read by the verb that is given them, which knows the genes.

    Args:
        tables: CSV or Excel files with the column `patient_id`, or their `s3://` addresses; several are one cohort.

    Raises:
        SettingsError: no table, or one that is named twice.
    """
    return cohort_tables(tables)


def named_cohort(
    stores: Sequence[str | Place] | None,
    tables: Sequence[str | Place] | None,
    names: tuple[str, str] = ("store", "table"),
) -> StoreArgument:
    """The cohort that is named by its stores or by its tables.

    Args:
        stores: that `prepare_cohort` filled.
        tables: without images.
        names: of the two arguments, for messages.

    Raises:
        SettingsError: both, or neither.
    """
    if bool(stores) == bool(tables):
        store, table = (f"`{name}`" for name in names)
        found = f"both {store} and {table}" if stores else f"neither {store} nor {table}"
        raise SettingsError(
            f"Found {found}; wanted the store that `radiogene prepare` filled, or, for a system that reads columns of "
            "the table alone, a table without images."
        )
    return cohort_tables(tables) if tables else tuple(stores or ())


def opened_cohort(
    store: StoreArgument, files: Path | None = None, genes: Sequence[str] = DEFAULT_GENES
) -> PreparedCohort:
    """The patients of a store, or of several as one, or of tables.

    Args:
        store: see `StoreArgument`.
        files: folder that the table's column `slides` starts from.
        genes: columns of a table that are genes; a store has its own.
    """
    if isinstance(store, Stores):
        return PreparedCohort.of(store, files)
    return cohort_place(store, files).opened(genes)


def cohort_place(store: StoreArgument, files: Path | None = None) -> CohortPlace:
    """Where a cohort lies; arguments as for `opened_cohort`."""
    if isinstance(store, CohortTables):
        return CohortPlace((), files, store.places)
    return CohortPlace(places_of(store), files)


def places_of(store: str | Place | Stores | Sequence[str | Place]) -> tuple[Place, ...]:
    """Where a store lies, or where several do; argument as for `opened_cohort`."""
    if isinstance(store, Stores):
        return store.places
    if isinstance(store, str | Place):
        return (place_of(store),)
    return tuple(place_of(place) for place in store)
