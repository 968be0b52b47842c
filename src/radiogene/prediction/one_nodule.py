"""A single case as a cohort, so that one nodule, or a patient without a scan, passes through the code of a store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.identity.site_key import site_key_if_there
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.cohort.table.table_cohort import TableRecord, TableSource
from radiogene.ct.preparation import PreparationSettings, PreparedNodule, stored_cube


@dataclass(frozen=True, eq=False)
class OneNodule:
    """A single nodule as a source of cubes.

    Attributes:
        prepared: its cube, segment and geometry.
        row: the patient's values.
    """

    prepared: PreparedNodule
    row: PatientRow

    @property
    def preparation(self) -> PreparationSettings:
        """The settings by which this version makes cubes."""
        return PreparationSettings()

    @property
    def preparation_hash(self) -> str:
        """Their fingerprint."""
        return PreparationSettings().fingerprint()

    @property
    def records(self) -> tuple[CubeRecord, ...]:
        """Its record."""
        key = site_key_if_there()
        hashed = None if key is None else key.of_dicom_patient(self.prepared.patient_id)
        return (CubeRecord("case", self.row, self.prepared.report, self.prepared.is_synthetic, hashed),)

    def cube(self, index: int) -> NDArray[np.int16]:
        """Its cube (64, 64, 64) int16 HU."""
        return stored_cube(self.prepared.cube_hu)

    def segment(self, index: int) -> NDArray[np.bool_] | None:
        """Its segment (64, 64, 64); None where it was marked by a point."""
        return self.prepared.segment_zyx


def one_nodule_cohort(prepared: PreparedNodule | None, row: PatientRow, clinical: Sequence[str]) -> PreparedCohort:
    """A cohort of one patient with one nodule, or without a scan.

    Args:
        prepared: the nodule's cube, segment and geometry; None where no scan was given.
        row: the patient's values.
        clinical: columns that a model reads and that may be unknown; one that is not given is unknown.
    """
    unknown = {name: "" for name in clinical if name not in (*DEFAULT_COLUMNS, *row.extra)}
    whole = replace(row, extra={**unknown, **row.extra})
    return PreparedCohort.of(
        TableSource("this case", (TableRecord(whole),)) if prepared is None else OneNodule(prepared, whole)
    )
