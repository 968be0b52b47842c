"""One synthetic patient: drawn by seed, site and number, whatever the size of the cohort."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from radiogene.phantom.chest import draw_chest
from radiogene.phantom.genetics import Factors, GeneticModel, Sex, Smoking
from radiogene.phantom.nodule import Nodule, draw_nodule
from radiogene.phantom.nodule_place import NodulePlace, draw_place
from radiogene.phantom.scan_volume import Subject
from radiogene.phantom.scanner import Acquisition, draw_acquisition
from radiogene.phantom.staging import Staging, draw_staging

TWO_NODULES = (18, 40)
"""Patients 19, 59, 99, ... have a second nodule: remainder and divisor of the number counted from 0."""

STRUCTURE_SET = (4, 7)
POINT = (6, 7)
"""Patients 5, 12, 19, ... are marked by an RTSTRUCT, 7, 14, 21, ... by a point, all others by a SEG."""

LOCALISER = (2, 5)
NAMELESS_FILES = (1, 6)
"""Patients whose folder also holds a localiser, and those whose files have neither order nor suffix."""

UNKNOWN_CLINICAL = 0.04
UNKNOWN_EGFR = 0.05
UNKNOWN_KRAS = 0.08
"""Shares of unknown values, at random."""

AGE_YEARS = (64.0, 9.5, 38.0, 87.0)
"""Mean, SD, lowest and highest."""

CONTRAST_SHARE = 0.5
CONTRAST_HU = (70.0, 190.0)

SECOND_NODULE_MM = (6.0, 7.9)
"""A second nodule is smaller than any first one, and its looks have nothing to do with the genes."""


class Marking(StrEnum):
    """How the nodule of a patient is given."""

    SEGMENTATION = "seg"
    STRUCTURE_SET = "rtstruct"
    POINT = "point"


@dataclass(frozen=True)
class ClinicalValues:
    """What the table says of a patient; None where it is unknown there."""

    age_years: int | None
    sex: str | None
    smoking: str | None
    egfr: int | None
    kras: int | None
    staging: Staging


@dataclass(frozen=True, eq=False)
class SyntheticPatient:
    """One synthetic patient.

    Attributes:
        patient_id: as `SYN-A-0001`.
        index: number, counted from 0.
        factors: what generated the patient, arrays of length 1.
        clinical: what the table says.
        subject: what is scanned.
        places: of the nodules, in the subject's order.
        acquisition: how it is scanned.
        suv_max: standardised uptake of the first nodule.
        seed: (site, seed, index) as entropy for what is drawn later.
    """

    patient_id: str
    index: int
    factors: Factors
    clinical: ClinicalValues
    subject: Subject
    places: tuple[NodulePlace, ...]
    acquisition: Acquisition
    suv_max: float
    seed: tuple[int, int, int]

    @property
    def marking(self) -> Marking:
        """How the nodule is given."""
        if _every(self.index, STRUCTURE_SET):
            return Marking.STRUCTURE_SET
        return Marking.POINT if _every(self.index, POINT) else Marking.SEGMENTATION

    @property
    def has_localiser(self) -> bool:
        """Whether the CT folder also holds a localiser."""
        return _every(self.index, LOCALISER)

    @property
    def has_nameless_files(self) -> bool:
        """Whether the CT's files have neither order nor suffix."""
        return _every(self.index, NAMELESS_FILES)

    def rng(self, purpose: int) -> np.random.Generator:
        """The random numbers for one purpose, the same whenever they are asked for."""
        return np.random.default_rng([*self.seed, purpose])


def draw_patient(model: GeneticModel, site: str, seed: int, index: int) -> SyntheticPatient:
    """The patient with a number, counted from 0, of a site and seed."""
    entropy = (ord(site), seed, index)
    rng = np.random.default_rng([*entropy, 0])
    factors = model.draw(1, rng)
    chest = draw_chest(rng)
    retraction = bool(factors.retraction[0])
    diameter_mm, ground_glass = float(factors.diameter_mm[0]), float(factors.ground_glass[0])
    place = draw_place(chest, diameter_mm / 2, retraction, rng)
    spiculation = float(factors.spiculation[0])
    nodule = draw_nodule(place.centre_mm, place.pleura_mm, diameter_mm, ground_glass, spiculation, rng)
    acquisition = draw_acquisition(site, rng)
    contrast_hu = rng.uniform(*CONTRAST_HU) if rng.random() < CONTRAST_SHARE else 0.0
    clinical = _clinical_values(factors, draw_staging(nodule.solid_diameter_mm, retraction, rng), rng)
    suv_max = (1.0 + 0.30 * nodule.solid_diameter_mm) * float(rng.lognormal(0, 0.3))
    places: tuple[NodulePlace, ...] = (place,)
    nodules: tuple[Nodule, ...] = (nodule,)
    if _every(index, TWO_NODULES):
        second_mm = rng.uniform(*SECOND_NODULE_MM)
        second = draw_place(chest, second_mm / 2, False, rng, apart_from_mm=place.centre_mm)
        places = (place, second)
        nodules = (nodule, draw_nodule(second.centre_mm, None, second_mm, 0.05, 0.1, rng))
    return SyntheticPatient(
        patient_id=f"SYN-{site}-{index + 1:04d}",
        index=index,
        factors=factors,
        clinical=clinical,
        subject=Subject(chest, nodules, bool(factors.emphysema[0]), contrast_hu),
        places=places,
        acquisition=acquisition,
        suv_max=suv_max,
        seed=entropy,
    )


def _clinical_values(factors: Factors, staging: Staging, rng: np.random.Generator) -> ClinicalValues:
    """What the table says, some of it unknown at random."""
    mean, sd, lowest, highest = AGE_YEARS
    age = int(np.clip(np.rint(rng.normal(mean, sd)), lowest, highest))
    known = rng.random(5) >= [UNKNOWN_CLINICAL] * 3 + [UNKNOWN_EGFR, UNKNOWN_KRAS]
    return ClinicalValues(
        age_years=age if known[0] else None,
        sex=Sex(int(factors.sex[0])).name.lower() if known[1] else None,
        smoking=Smoking(int(factors.smoking[0])).name.lower() if known[2] else None,
        egfr=int(factors.egfr[0]) if known[3] else None,
        kras=int(factors.kras[0]) if known[4] else None,
        staging=staging,
    )


def _every(index: int, rule: tuple[int, int]) -> bool:
    """Whether a rule of remainder and divisor picks the index."""
    remainder, divisor = rule
    return index % divisor == remainder
