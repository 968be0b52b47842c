"""A store of phantom patients' cubes without DICOM: each is scanned around the nodule alone."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.made_geometry import made_geometry
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.geometry_report import GeometryReport
from radiogene.ct.preparation import PreparationSettings
from radiogene.parallel.workers import in_parallel
from radiogene.phantom.genetics import Sex, Smoking, site_model
from radiogene.phantom.nodule_cubes import scan_nodule
from radiogene.phantom.patient import draw_patient

WORKERS = 2


def phantom_store(folder: Path, patients: int, site: str, seed: int) -> CubeStore:
    """The store, with sex, age, smoking and both genes of every patient.

    Args:
        folder: to write.
        patients: how many.
        site: of the phantom.
        seed: of the phantom.
    """
    settings = PreparationSettings()
    made = in_parallel(_cube, ((site, seed, number) for number in range(patients)), WORKERS)
    with CubeStore.create(folder, settings, settings.fingerprint()) as store:
        for row, geometry, cube_hu, inside in made:
            store.add(CubeRecord(row.patient_id, row, geometry, synthetic=True), cube_hu, inside)
    return CubeStore.open(folder)


def _cube(
    site: str, seed: int, number: int
) -> tuple[PatientRow, GeometryReport, NDArray[np.float32], NDArray[np.bool_]]:
    """A patient's values, geometry, cube and segment."""
    patient = draw_patient(site_model(site), site, seed, number)
    scan = scan_nodule(patient)
    cube_hu, inside = scan.cube(np.zeros(3))
    factors, clinical = patient.factors, patient.clinical
    row = PatientRow(
        patient_id=patient.patient_id,
        row_number=number + 2,
        age_years=clinical.age_years,
        sex="female" if Sex(int(factors.sex[0])) is Sex.FEMALE else "male",
        smoking=Smoking(int(factors.smoking[0])) is not Smoking.NEVER,
        labels={"EGFR": int(factors.egfr[0]), "KRAS": int(factors.kras[0])},
        synthetic=True,
    )
    x, y, z = (float(np.ptp(np.nonzero(inside)[axis])) + 1 for axis in range(3))
    i, j, k = scan.grid.grid.spacing_mm.tolist()
    geometry = made_geometry((x, y, z), (i, j, k))
    return row, geometry, cube_hu, inside
