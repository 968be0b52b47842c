"""Patients without images, for systems that read the table alone."""

from dataclasses import dataclass, field

import numpy as np

from ct.made_geometry import made_geometry
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.ct.preparation import PreparationSettings

STAGES = ("IA1", "IA2", "IB", "IIB", "IIIA")


@dataclass
class TableOnly:
    """A source of cubes that has none: a system that asks for one fails."""

    rows: list
    records: tuple = field(init=False)
    preparation = PreparationSettings()
    preparation_hash = preparation.fingerprint()

    def __post_init__(self):
        self.records = tuple(CubeRecord(str(n), row, made_geometry(), True) for n, row in enumerate(self.rows))

    def cube(self, index):
        raise AssertionError("a system of columns asked for a cube")

    def segment(self, index):
        raise AssertionError("a system of columns asked for a segment")


@dataclass
class TablePatients:
    """Patients and their labels: EGFR goes with never smoking, KRAS with smoking; nothing else says anything."""

    count: int = 80
    seed: int = 0
    noise: float = 0.15

    def __post_init__(self):
        rng = np.random.default_rng(self.seed)
        smoking = rng.random(self.count) < 0.5
        flipped = rng.random((2, self.count)) < self.noise
        egfr, kras = np.where(flipped[0], smoking, ~smoking), np.where(flipped[1], ~smoking, smoking)
        self.labels = np.column_stack([egfr, kras]).astype(np.int8)
        self.labels[::9, 0] = -1
        self.labels[::11, 1] = -1
        self.rows = [
            PatientRow(
                patient_id=f"P{self.seed}-{n:03d}",
                age_years=float(rng.integers(40, 80)) if n % 13 else None,
                sex=("female", "male")[int(rng.integers(2))],
                smoking=bool(smokes),
                extra={
                    "stage": STAGES[int(rng.integers(len(STAGES)))] if n % 7 else "",
                    "SUVmax": f"{rng.uniform(1, 15):.1f}",
                    "texture": ("solid", "part-solid", "ground-glass")[int(rng.integers(3))],
                    "margin": ("smooth", "lobulated")[int(rng.integers(2))],
                    "pleural_attachment": ("yes", "no")[int(rng.integers(2))],
                    "emphysema": "yes" if smokes and rng.random() < 0.8 else "no",
                    "lobe": ("RUL", "LUL", "RLL")[int(rng.integers(3))],
                    "longest_diameter_mm": f"{rng.uniform(8, 30):.0f}",
                },
            )
            for n, smokes in enumerate(smoking)
        ]

    @property
    def cohort(self):
        return PreparedCohort.of(TableOnly(self.rows))


class TableWithCubes(TableOnly):
    """The same with a cube for every patient, which differ, and no segment."""

    def cube(self, index):
        return np.full((64, 64, 64), index, dtype=np.int16)

    def segment(self, index):
        return None
