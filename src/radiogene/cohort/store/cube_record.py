"""What a store of cubes keeps beside each cube: the patient's values and the geometry, never a path or a name."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from radiogene.cohort.row import CohortRow, PatientRow
from radiogene.errors import StoreError


@dataclass(frozen=True)
class CubeRecord:
    """One cube's entry in a store.

    Attributes:
        key: what identifies the cube: the hash that `row_key` makes of patient, scan and nodule.
        row: the patient's values.
        geometry: the preparation's report, plain JSON values.
        synthetic: True where the scan or the table says that the patient does not exist.
    """

    key: str
    row: PatientRow
    geometry: dict[str, Any]
    synthetic: bool

    @property
    def largest_extent_mm(self) -> float:
        """The nodule's largest extent along the patient's axes in mm; NaN where only a point is known."""
        extent_mm = self.geometry["nodule"]["extent_mm"]
        return float("nan") if extent_mm is None else float(max(extent_mm))

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return {
            "key": self.key,
            "row": self.row.patient_values(),
            "geometry": self.geometry,
            "synthetic": self.synthetic,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "CubeRecord":
        """The record that `to_json` wrote.

        Raises:
            StoreError: an unknown or missing key.
        """
        _require_keys(content, RECORD_KEYS)
        _require_keys(content["row"], ROW_KEYS)
        return cls(content["key"], PatientRow(**content["row"]), content["geometry"], content["synthetic"])


RECORD_KEYS = {f.name for f in fields(CubeRecord)}
ROW_KEYS = {f.name for f in fields(PatientRow)}


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

    def to_json(self) -> dict[str, Any]:
        """The failure as plain JSON values."""
        return asdict(self)


def row_key(row: CohortRow) -> str:
    """The key of the row's cube: 32 hexadecimal digits made of patient, scan and nodule."""
    parts = [row.patient_id, str(row.ct), row.nodule, row.frame.value, row.segment, row.series_uid]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _require_keys(content: Any, wanted: set[str]) -> None:
    """Refuses a JSON object with other keys."""
    if not isinstance(content, dict) or set(content) != wanted:
        found = sorted(content) if isinstance(content, dict) else type(content).__name__
        raise StoreError(f"A record of the store has the keys {found}; wanted {sorted(wanted)}.")
