"""Cubes, segments and records by number, for the tests of stores here and on object storage."""

import numpy as np

from radiogene.cohort.cube_record import CubeRecord
from radiogene.cohort.row import PatientRow

SETTINGS = {"sample_mm": 1.0}


def cube_hu(number: int) -> np.ndarray:
    return np.random.default_rng(number).normal(-300, 400, (64, 64, 64)).astype(np.float32)


def segment(number: int) -> np.ndarray | None:
    """A segment for odd numbers only."""
    return np.random.default_rng(number).random((64, 64, 64)) < 0.1 if number % 2 else None


def record(number: int, *, synthetic: bool = False) -> CubeRecord:
    row = PatientRow(
        patient_id=f"patient {number}",
        row_number=number + 2,
        age_years=60.5,
        sex="female",
        smoking=True,
        labels={"EGFR": 1, "KRAS": None},
        extra={"stage": "IB"},
    )
    return CubeRecord(f"key{number}", row, {"centre_lps_mm": [1.0, 2.0, float(number)], "decisions": []}, synthetic)
