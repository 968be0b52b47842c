"""A store of patients who do not exist, made in seconds: smooth noise in place of lungs, for times and bytes only."""

from pathlib import Path

import numpy as np
from scipy.ndimage import zoom

from harness.made_geometry import made_geometry
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.preparation import PreparationSettings

GENES = ("EGFR", "KRAS")
COARSE = 16
"""Samples along each axis of the noise, before it is enlarged to a cube's 64."""


def made_store(folder: Path, patients: int) -> CubeStore:
    """A store of so many patients, one nodule each, ages and both statuses known.

    Args:
        folder: of the store.
        patients: their number.
    """
    settings = PreparationSettings()
    drawn = np.random.default_rng(0)
    with CubeStore.create(folder, settings, settings.fingerprint()) as store:
        for patient in range(patients):
            coarse = drawn.normal(-500.0, 350.0, (COARSE, COARSE, COARSE)).astype(np.float32)
            cube = zoom(coarse, 64 / COARSE, order=1)
            labels = {gene: (patient >> bit) % 2 for bit, gene in enumerate(GENES)}
            row = PatientRow(
                patient_id=f"patient-{patient}",
                row_number=patient + 2,
                age_years=50.0 + patient % 30,
                sex=("female", "male")[patient // 4 % 2],
                smoking=bool(patient // 8 % 2),
                labels=dict(labels),
            )
            record = CubeRecord(f"{patient:032x}", row, made_geometry((10.0, 12.0, 9.0), (0.7, 0.7, 1.0)), True)
            store.add(record, cube, None)
    return CubeStore.open(folder)
