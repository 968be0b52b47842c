"""Cohort tables as patients without images: a source of a prepared cohort beside a store of cubes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow
from radiogene.cohort.table.patient_table import read_patient_rows
from radiogene.errors import CohortError, SettingsError
from radiogene.storage.place import Place, place_of


@dataclass(frozen=True)
class TableRecord:
    """One line of a table; a line of a cohort table with several nodules is one of its patient's.

    Attributes:
        row: the patient's values.
    """

    row: PatientRow

    @property
    def geometry(self) -> None:
        """There are no images."""
        return None

    @property
    def synthetic(self) -> bool:
        """True where the table says that the patient does not exist."""
        return self.row.synthetic

    @property
    def dicom_patient(self) -> None:
        """There is no scan that could name its patient."""
        return None

    @property
    def largest_extent_mm(self) -> float:
        """NaN: nothing was measured."""
        return float("nan")


@dataclass(frozen=True)
class TableSource:
    """The patients of tables that were read.

    Attributes:
        path: of the tables, for messages.
        records: one per line, those of one table after those of another.
    """

    path: str
    records: tuple[TableRecord, ...]

    @property
    def preparation(self) -> None:
        """No cubes were made."""
        return None

    @property
    def preparation_hash(self) -> str:
        """Empty: no cubes were made."""
        return ""

    def cube(self, index: int) -> NDArray[np.int16]:
        """There is none.

        Raises:
            CohortError: always.
        """
        raise CohortError(
            f"{self.path} is a table without images. Prepare its scans with `radiogene prepare` and give the `store`."
        )

    def segment(self, index: int) -> NDArray[np.bool_] | None:
        """None: no nodule is known."""
        return None


@dataclass(frozen=True)
class CohortTables:
    """Tables that are named as a cohort; they are read as soon as it is known which columns are genes.

    Attributes:
        places: CSV or Excel files, or their addresses on object storage; several are one cohort.
    """

    places: tuple[Place, ...]

    def source(self, genes: Sequence[str]) -> TableSource:
        """The patients of the tables.

        Args:
            genes: the gene columns to read.

        Raises:
            CohortTableError: listing every problem of a table; a patient without nodules on two of its lines is one.
            CohortError: two tables share a patient.
            StorageError: object storage cannot be used.
        """
        read = [(place, read_patient_rows(place, genes, several_nodules=True)) for place in self.places]
        _refuse_shared_patients(read)
        records = tuple(TableRecord(row) for _, rows in read for row in rows)
        return TableSource(" and ".join(map(str, self.places)), records)


def cohort_tables(places: Sequence[str | Place]) -> CohortTables:
    """The tables at these places as one cohort.

    Args:
        places: in the order of their patients.

    Raises:
        SettingsError: no place, or one that is named twice.
    """
    wanted = tuple(place_of(place) for place in places)
    if not wanted:
        raise SettingsError("No `table` is named: give a CSV or Excel file with the column patient_id.")
    if len(set(map(str, wanted))) < len(wanted):
        raise SettingsError(f"The same `table` is named twice: {', '.join(map(str, wanted))}.")
    return CohortTables(wanted)


def _refuse_shared_patients(read: Sequence[tuple[Place, Sequence[PatientRow]]]) -> None:
    """Refuse a patient in two tables: two centres may number different patients alike."""
    owners: dict[str, Place] = {}
    for place, rows in read:
        for patient in dict.fromkeys(row.patient_id for row in rows):
            owner = owners.setdefault(patient, place)
            if owner is not place:
                raise CohortError(
                    f"Patient {patient!r} is in {owner} and in {place}. Give different patients different patient_ids, "
                    "or write one patient into one table."
                )
