"""A store of phantom patients' cubes without DICOM: each is scanned around the nodule alone."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.made_geometry import made_geometry
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.layout import is_store
from radiogene.ct.geometry_report import GeometryReport
from radiogene.ct.preparation import PreparationSettings
from radiogene.parallel.workers import in_parallel
from radiogene.phantom.genetics import Sex, Smoking, site_model
from radiogene.phantom.nodule_cubes import scan_nodule
from radiogene.phantom.patient import SyntheticPatient, draw_patient

WORKERS = 2

MadeCube = tuple[PatientRow, GeometryReport, NDArray[np.float32], NDArray[np.bool_]]
"""A patient's values, the geometry, the cube (64, 64, 64) HU and the nodule's segment in it."""


def phantom_store(folder: Path, patients: int, site: str, seed: int, workers: int = WORKERS) -> CubeStore:
    """The store, with sex, age, smoking and both genes of every patient; one that was interrupted goes on.

    Args:
        folder: to write, or to go on with.
        patients: how many.
        site: of the phantom.
        seed: of the phantom.
        workers: processes.
    """
    return made_cube_store(folder, phantom_cube, [(site, seed, number) for number in range(patients)], workers)


def made_cube_store(
    folder: Path, make: Callable[[str, int, int], MadeCube], patients: list[tuple[str, int, int]], workers: int
) -> CubeStore:
    """The store of patients whose cubes a function makes; one that was interrupted goes on.

    Args:
        folder: to write, or to go on with.
        make: from site, seed and number; of a module, so that other processes find it.
        patients: site, seed and number of each.
        workers: processes.
    """
    settings = PreparationSettings()
    if is_store(folder):
        opened = CubeStore.open(folder, writing=True)
    else:
        opened = CubeStore.create(folder, settings, settings.fingerprint())
    with opened as store:
        missing = [patient for patient in patients if patient_key(*patient) not in store]
        for task, (row, geometry, cube_hu, inside) in zip(missing, in_parallel(make, missing, workers), strict=True):
            store.add(CubeRecord(patient_key(*task), row, geometry, synthetic=True), cube_hu, inside)
    return CubeStore.open(folder)


def patient_key(site: str, seed: int, number: int) -> str:
    """What identifies a phantom patient's cube in a store; numbers count from 0."""
    return f"{site}-{seed}-{number}"


def phantom_cube(site: str, seed: int, number: int) -> MadeCube:
    """A phantom patient's values, geometry, cube and segment.

    Args:
        site: of the phantom.
        seed: of the phantom.
        number: of the patient, counted from 0.
    """
    patient = draw_patient(site_model(site), site, seed, number)
    scan = scan_nodule(patient)
    cube_hu, inside = scan.cube(np.zeros(3))
    factors = patient.factors
    row = clinical_row(patient, {"EGFR": int(factors.egfr[0]), "KRAS": int(factors.kras[0])})
    return row, geometry_of(inside, scan.grid.grid.spacing_mm), cube_hu, inside


def clinical_row(patient: SyntheticPatient, labels: dict[str, int | None]) -> PatientRow:
    """A phantom patient's age, sex and smoking beside these labels.

    Args:
        patient: who.
        labels: by gene.
    """
    factors, clinical = patient.factors, patient.clinical
    return PatientRow(
        patient_id=patient.patient_id,
        row_number=patient.index + 2,
        age_years=clinical.age_years,
        sex="female" if Sex(int(factors.sex[0])) is Sex.FEMALE else "male",
        smoking=Smoking(int(factors.smoking[0])) is not Smoking.NEVER,
        labels=labels,
        synthetic=True,
    )


def geometry_of(inside_zyx: NDArray[np.bool_], spacing_mm: NDArray[np.float64]) -> GeometryReport:
    """The report of a cube that has a segment.

    Args:
        inside_zyx: (64, 64, 64) the segment.
        spacing_mm: (3,) of the scan, along (i, j, k).
    """
    x, y, z = (float(np.ptp(np.nonzero(inside_zyx)[axis])) + 1 for axis in (2, 1, 0))
    i, j, k = spacing_mm.tolist()
    return made_geometry((x, y, z), (i, j, k))
