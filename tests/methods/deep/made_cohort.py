"""Patients that tests make in memory: a ball of soft tissue in air, denser in mutants of the first gene."""

from dataclasses import replace

import numpy as np

from ct.made_geometry import made_geometry
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.ct.preparation import PreparationSettings

PATIENTS = 20
LABELS = np.array([[n % 2, -1 if n % 5 == 4 else (n // 2) % 2] for n in range(PATIENTS)], dtype=np.int8)
"""Both genes in both kinds among every few patients; every fifth patient's second gene is unknown."""


class MadeSource:
    """Cubes made once, with the interface of a store.

    Args:
        rows: one per patient.
        seed: of the noise.
    """

    preparation = PreparationSettings()
    preparation_hash = preparation.fingerprint()

    def __init__(self, rows, seed=0):
        drawn = np.random.default_rng(seed)
        z, y, x = np.indices((64, 64, 64)) - 31.5
        self.radius = drawn.uniform(6, 12, len(rows))
        distance = np.sqrt(z**2 + y**2 + x**2)
        self.segments = [distance < radius for radius in self.radius]
        noise = [drawn.normal(0, 40, (64, 64, 64)) for _ in rows]
        solid = [-250 + 300 * int(label) for label in LABELS[:, 0]]
        self.cubes = [
            (np.where(segment, solid[n], -850) + noise[n]).astype(np.int16) for n, segment in enumerate(self.segments)
        ]
        self.records = tuple(
            CubeRecord(f"{n:032x}", row, made_geometry([2 * radius] * 3), True)
            for n, (row, radius) in enumerate(zip(rows, self.radius, strict=True))
        )

    def cube(self, index):
        return self.cubes[index]

    def segment(self, index):
        return self.segments[index]


class OneOtherCube:
    """The same source, but for one nodule's cube.

    Args:
        source: of the others.
        index: of the nodule whose values are 1 HU higher: so little that the same epoch is kept.
    """

    def __init__(self, source, index):
        self.source, self.index, self.records = source, index, source.records
        self.preparation, self.preparation_hash = source.preparation, source.preparation_hash

    def cube(self, index):
        cube = self.source.cube(index)
        return (cube + 1).astype(np.int16) if index == self.index else cube

    def segment(self, index):
        return self.source.segment(index)


def made_rows(count=PATIENTS):
    """Rows with age, sex and smoking; the last patient's age is unknown."""
    return [
        PatientRow(
            patient_id=f"p{n:02}",
            age_years=None if n == count - 1 else 50.0 + n,
            sex="female" if n % 3 else "male",
            smoking=n % 4 < 2,
        )
        for n in range(count)
    ]


def made_cohort(seed=0):
    """A cohort of twenty patients."""
    return PreparedCohort.of(MadeSource(made_rows(), seed))


def with_other_cube(cohort, position):
    """The cohort with the cube of one patient changed."""
    return replace(cohort, source=OneOtherCube(cohort.source, cohort.largest_nodule(position)))
