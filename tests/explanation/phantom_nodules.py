"""Phantom nodules off the centre of their cubes, with their segments: what maps are tried on where the cause is known.

The image alone tells the genes here: EGFR mutants are ground-glass, KRAS mutants solid, and a chest without a nodule
has neither. So both genes have their cause in the nodule, and its place in the cube tells nothing.
"""

from pathlib import Path

import numpy as np

from ct.made_geometry import made_geometry
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.preparation import PreparationSettings
from radiogene.phantom.genetics import Strength, site_model
from radiogene.phantom.nodule_cubes import scan_nodule, shift_between_mm
from radiogene.phantom.patient import SyntheticPatient, draw_patient

EVERYBODY = 3
"""States of smoking."""

LOOKS_TELL = Strength(
    egfr_only=((0.5,) * EVERYBODY,) * 2,
    kras_only=((0.5 - 1e-6,) * EVERYBODY,) * 2,
    both_mutated=1e-6,
    ground_glass_beta=((5.0, 5.0), (20.0, 1.0), (1.0, 20.0), (5.0, 5.0)),
    diameter_median_mm=(20.0,) * 4,
    diameter_log_sd=0.15,
)


def phantom_nodules(
    folder: Path,
    patients: int,
    seed: int,
    shifts_mm: tuple[float, float],
    *,
    cubes_each: int = 1,
    without_every: int | None = None,
    strength: Strength = LOOKS_TELL,
) -> PreparedCohort:
    """A store of cubes whose nodules lie between two distances from the centre, in directions of their own.

    Args:
        folder: of the store.
        patients: scans, one nodule each.
        seed: of patients and shifts.
        shifts_mm: smallest and largest distance between the nodule's and the cube's centre.
        cubes_each: cubes of each patient, each with a shift of its own.
        without_every: every so many patients have no nodule, and no mutation.
        strength: how the genes shape the image.
    """
    preparation = PreparationSettings()
    with CubeStore.create(folder, preparation, preparation.fingerprint()) as store:
        for number in range(patients):
            patient = draw_patient(site_model("A", strength), "A", seed, number)
            absent = without_every is not None and number % without_every == without_every - 1
            scan, rng = scan_nodule(patient, absent=absent), np.random.default_rng([seed, number])
            for copy in range(cubes_each):
                cube, inside = scan.cube(shift_between_mm(*shifts_mm, rng))
                store.add(_record(patient, number, copy, absent=absent), cube, None if absent else inside)
    return PreparedCohort.of(CubeStore.open(folder))


def _record(patient: SyntheticPatient, number: int, copy: int, *, absent: bool) -> CubeRecord:
    mutated = {"EGFR": patient.factors.egfr[0], "KRAS": patient.factors.kras[0]}
    row = PatientRow(
        patient_id=patient.patient_id,
        row_number=number,
        labels={gene: 0 if absent else int(status) for gene, status in mutated.items()},
        synthetic=True,
    )
    diameter_mm = patient.subject.nodules[0].diameter_mm
    pixel_mm = patient.acquisition.pixel_mm
    geometry = made_geometry([diameter_mm] * 3, spacing_mm=(pixel_mm, pixel_mm, pixel_mm))
    return CubeRecord(f"{number}-{copy}", row, geometry, synthetic=True)
