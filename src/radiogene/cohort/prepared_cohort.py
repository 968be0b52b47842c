"""The patients of a store or a table as every system gets them: values, cubes, segments, one entry per patient."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.identity.site_key import KeyedHash
from radiogene.cohort.row import PatientRow
from radiogene.ct.geometry_report import GeometryReport
from radiogene.ct.preparation import PreparationSettings
from radiogene.errors import CohortError


class CohortRecord(Protocol):
    """One nodule of a patient, or one line of a patient without images."""

    @property
    def row(self) -> PatientRow:
        """The patient's values."""

    @property
    def geometry(self) -> GeometryReport | None:
        """The preparation's report; None without images."""

    @property
    def synthetic(self) -> bool:
        """True where the scan or the table says that the patient does not exist."""

    @property
    def dicom_patient(self) -> KeyedHash | None:
        """The scan's PatientID, hashed with the key of the site that prepared it; None where there is none."""

    @property
    def largest_extent_mm(self) -> float:
        """The nodule's largest extent along the patient's axes in mm; NaN where it is not known."""


class CohortSource(Protocol):
    """Where patients come from: a store, several as one, the one nodule of a prediction, or a table without images."""

    @property
    def preparation(self) -> PreparationSettings | None:
        """The settings by which its cubes were made; None without images."""

    @property
    def preparation_hash(self) -> str:
        """Their fingerprint; empty without images."""

    @property
    def records(self) -> tuple[CohortRecord, ...]:
        """One record per nodule, or per line of a table."""

    def cube(self, index: int) -> NDArray[np.int16]:
        """The cube (64, 64, 64) int16 HU of one nodule, axes z, y, x growing to head, back, left."""

    def segment(self, index: int) -> NDArray[np.bool_] | None:
        """The nodule's segment (64, 64, 64) on the same samples; None where it was marked by a point."""


@dataclass(frozen=True, eq=False)
class PreparedCohort:
    """N patients with their nodules; what scikit-learn calls X.

    Attributes:
        source: of values, cubes and segments.
        nodules: per patient, the positions of its nodules (without images: of its lines) in the source, in the table's
            order.
        files: folder that paths in the table's further columns start from (slides); None where none is given.
    """

    source: CohortSource
    nodules: tuple[tuple[int, ...], ...]
    files: Path | None = None

    @classmethod
    def of(cls, source: CohortSource, files: Path | None = None) -> "PreparedCohort":
        """All patients of a source, in order of first appearance.

        Args:
            source: of values, cubes and segments.
            files: folder that paths in the table's further columns start from.
        """
        grouped: dict[str, list[int]] = {}
        for index, record in enumerate(source.records):
            grouped.setdefault(record.row.patient_id, []).append(index)
        return cls(source, tuple(tuple(indexes) for indexes in grouped.values()), files)

    def __len__(self) -> int:
        return len(self.nodules)

    @property
    def patients(self) -> tuple[PatientRow, ...]:
        """N rows, the first of each patient."""
        return tuple(self.source.records[indexes[0]].row for indexes in self.nodules)

    @property
    def rows(self) -> tuple[PatientRow, ...]:
        """Every row of these patients: a label known in one row of a patient holds for all."""
        return tuple(self.source.records[index].row for indexes in self.nodules for index in indexes)

    @property
    def patient_ids(self) -> tuple[str, ...]:
        """N identifiers."""
        return tuple(row.patient_id for row in self.patients)

    @property
    def has_images(self) -> bool:
        """False for the patients of a table, of whom nothing but columns is known."""
        return self.source.preparation is not None

    @property
    def synthetic(self) -> bool:
        """True where any nodule is of a patient that does not exist."""
        return any(self.source.records[index].synthetic for indexes in self.nodules for index in indexes)

    @property
    def nodule_indexes(self) -> tuple[int, ...]:
        """The positions in the source of all nodules, patient by patient."""
        return tuple(index for of_patient in self.nodules for index in of_patient)

    @property
    def by_nodule(self) -> "PreparedCohort":
        """The same nodules, each as an entry of its own, patient by patient."""
        return replace(self, nodules=tuple((index,) for index in self.nodule_indexes))

    @property
    def of_largest_nodules(self) -> "PreparedCohort":
        """The same patients, each with its largest nodule alone."""
        return replace(self, nodules=tuple((self.largest_nodule(position),) for position in range(len(self))))

    @property
    def of_largest_or_unsized(self) -> "PreparedCohort":
        """The same patients, each with all its largest nodules, or with every nodule where a size is not known."""
        records = self.source.records
        chosen = []
        for indexes in self.nodules:
            sizes = np.array([records[index].largest_extent_mm for index in indexes])
            unknown = not np.isfinite(sizes).all()
            chosen.append(tuple(i for i, size in zip(indexes, sizes, strict=True) if unknown or size == sizes.max()))
        return replace(self, nodules=tuple(chosen))

    def at(self, positions: Sequence[int] | NDArray[np.int_]) -> "PreparedCohort":
        """The patients at these positions, in that order."""
        return replace(self, nodules=tuple(self.nodules[int(position)] for position in positions))

    def of_patients(self, patient_ids: Sequence[str]) -> "PreparedCohort":
        """The patients with these identifiers, in this cohort's order.

        Raises:
            CohortError: an identifier that no patient has.
        """
        wanted = set(patient_ids)
        missing = wanted - set(self.patient_ids)
        if missing:
            raise CohortError(f"No patient {sorted(missing)[0]!r} in the prepared cohort of {len(self)} patients.")
        return self.at([n for n, patient in enumerate(self.patient_ids) if patient in wanted])

    def largest_nodule(self, position: int) -> int:
        """The position in the source of a patient's largest nodule; the first where no size is known."""
        indexes = self.nodules[position]
        sizes = [self.source.records[index].largest_extent_mm for index in indexes]
        return indexes[0] if np.isnan(sizes).all() else indexes[int(np.nanargmax(sizes))]

    def cube(self, position: int) -> NDArray[np.int16]:
        """The cube of a patient's largest nodule; see `CohortSource.cube`."""
        return self.source.cube(self.largest_nodule(position))

    def segment(self, position: int) -> NDArray[np.bool_] | None:
        """The segment of a patient's largest nodule; see `CohortSource.segment`."""
        return self.source.segment(self.largest_nodule(position))
