"""Patients of known truth: a mutation that depends on smoking and on what an image shows, and a system that reads both.

The column SUVmax stands for the image, so that a fit takes milliseconds.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from methods.table_patients import TableOnly
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.methods.method import Need
from radiogene.methods.systems.pet_clinical import METHOD as PET_CLINICAL
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.tabular_entry import tabular_entry

CLINICAL = ("age", "sex", "smoking")

IMAGE_SYSTEM = replace(
    tabular_entry(
        PET_CLINICAL.name, "Image and clinical", TabularPlan(Learner.LOGISTIC, clinical=CLINICAL, suv=True), "nowhere"
    ),
    needs=(Need.CUBE, Need.CLINICAL, Need.SUV),
)
"""Logistic regression on the clinical values and the image; its folder reads back as the system of that name."""


@dataclass
class SeededCubes(TableOnly):
    """Patients whose cubes differ from those of any other seed."""

    seed: int = 0

    def cube(self, index):
        return np.full((64, 64, 64), 1000 * self.seed + index, dtype=np.int16)

    def segment(self, index):
        return None


def image_patients(count: int, image_effect: float, seed: int = 0, intercept: float = -0.9) -> PreparedCohort:
    """Patients whose mutations follow a logistic model.

    Args:
        count: of patients.
        image_effect: log odds ratio of EGFR per SD of what the image shows.
        seed: of the draws.
        intercept: log odds of EGFR of a mean image; smoking takes 1.4 off, never smoking adds 0.
    """
    rng = np.random.default_rng(seed)
    smoking, image = rng.random(count) < 0.5, rng.standard_normal(count)
    egfr = rng.random(count) < expit(intercept + 0.7 - 1.4 * smoking + image_effect * image)
    kras = ~egfr & (rng.random(count) < 0.35)
    rows = [
        PatientRow(
            patient_id=f"P{seed}-{n:04d}",
            age_years=float(rng.integers(40, 80)),
            sex=("female", "male")[int(rng.integers(2))],
            smoking=bool(smoking[n]),
            extra={"SUVmax": f"{image[n]:.6f}"},
            labels={"EGFR": int(egfr[n]), "KRAS": int(kras[n])},
        )
        for n in range(count)
    ]
    return PreparedCohort.of(SeededCubes(rows, seed=seed))
