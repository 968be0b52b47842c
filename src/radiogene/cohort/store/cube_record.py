"""What a store of cubes keeps beside each cube: the patient's values and the geometry, never a path or a name."""

import hashlib
import json
from dataclasses import dataclass, field

from radiogene.cohort.identity.site_key import KeyedHash
from radiogene.cohort.row import CohortRow, PatientRow
from radiogene.ct.geometry_report import GeometryReport
from radiogene.storage.typed_json import WRITTEN_IF_SET


@dataclass(frozen=True)
class CubeRecord:
    """One cube's entry in a store.

    Attributes:
        key: what identifies the cube: the hash that `row_key` makes of patient, scan and nodule.
        row: the patient's values.
        geometry: the preparation's report.
        synthetic: True where the scan or the table says that the patient does not exist.
        dicom_patient: the scan's PatientID, hashed with the key of the site that prepared it; None where it has none,
            and in stores of older versions.
    """

    key: str
    row: PatientRow
    geometry: GeometryReport
    synthetic: bool
    dicom_patient: KeyedHash | None = field(default=None, metadata=WRITTEN_IF_SET)

    @property
    def largest_extent_mm(self) -> float:
        """The nodule's largest extent along the patient's axes in mm; NaN where only a point is known."""
        extent_mm = self.geometry.nodule.largest_extent_mm
        return float("nan") if extent_mm is None else extent_mm


@dataclass(frozen=True)
class PreparationFailure:
    """A row whose cube could not be made.

    Attributes:
        row_number: its line in the table.
        patient_id: as in the table.
        error: the refusal, word by word.
    """

    row_number: int
    patient_id: str
    error: str


def row_key(row: CohortRow) -> str:
    """The key of the row's cube: 32 hexadecimal digits made of patient, scan and nodule."""
    parts = [row.patient_id, str(row.ct), row.nodule, row.frame.value, row.segment, row.series_uid]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
