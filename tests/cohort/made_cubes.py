"""Cubes, segments and records by number, for the tests of stores here and on object storage."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from ct.made_geometry import made_geometry
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.preparation import PreparationSettings
from radiogene.errors import StoreError

SETTINGS = PreparationSettings()


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
    return CubeRecord(f"key{number}", row, made_geometry(centre_lps_mm=(1.0, 2.0, float(number))), synthetic)


def assert_another_process_opens_it_unless_it_has_changed(store: CubeStore, place: Path | str) -> None:
    """A pickled store of a few cubes is small, opens the place anew, and refuses one that has changed since."""
    sent = pickle.dumps(store)
    assert len(sent) < 1000
    assert pickle.loads(sent).records == store.records
    with CubeStore.open(place, writing=True) as other:
        other.add(record(len(store)), cube_hu(len(store)), None)
    with pytest.raises(StoreError, match="was changed while it was in use"):
        pickle.loads(sent)
