"""Patients who were tested for a gene beside those who were not: whom the figures leave out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow
from radiogene.cohort.table_one.difference import Difference, difference_of_numbers, difference_of_shares
from radiogene.errors import CohortError
from radiogene.evaluation.predictions import UNKNOWN
from radiogene.storage.typed_json import JsonObject, to_json

WOMEN, EVER_SMOKED = "women", "ever smoked"
AGE, SIZE, PREDICTED = "age, years", "nodule size, mm", "predicted probability"


@dataclass(frozen=True)
class Characteristic:
    """One characteristic of both groups.

    Attributes:
        name: as printed.
        is_share: True for a share of patients, False for a median.
        tested: share or median; None where it is known for nobody.
        untested: the same of those without a test.
        known: tested and untested patients for whom it is known.
        difference: the test between the groups, or why there is none.
    """

    name: str
    is_share: bool
    tested: float | None
    untested: float | None
    known: tuple[int, int]
    difference: Difference


@dataclass(frozen=True)
class Verification:
    """Both groups of one gene.

    Attributes:
        tested: patients with a result.
        untested: patients without.
        characteristics: none where nobody is untested.
    """

    tested: int
    untested: int
    characteristics: tuple[Characteristic, ...]

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        return to_json(self)


def verification(
    patients: Sequence[PatientRow],
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    sizes_mm: NDArray[np.float64],
) -> Verification:
    """Sex, smoking, age, nodule size and predicted probability of tested and of untested patients.

    Where a test was asked for because of something that goes with the mutation or with the prediction, figures of the
    tested are not those of all patients (verification bias); no difference seen is no proof that there is none.

    Args:
        patients: N rows, one per patient.
        labels: (N,) of one gene: 1 mutant, 0 wild type, -1 not tested.
        probabilities: (N,) predicted.
        sizes_mm: (N,) of the nodules; NaN is unknown.

    Raises:
        CohortError: arrays of other lengths.

    Source: Begg and Greenes, Biometrics 39:207 (1983).
    """
    if not labels.shape == probabilities.shape == sizes_mm.shape == (len(patients),):
        raise CohortError(
            f"found {labels.size} labels, {probabilities.size} probabilities and {sizes_mm.size} sizes for "
            f"{len(patients)} patients; one each was expected"
        )
    tested = labels != UNKNOWN
    if tested.all():
        return Verification(int(tested.sum()), 0, ())
    shares = {
        WOMEN: [None if row.sex is None else row.sex == "female" for row in patients],
        EVER_SMOKED: [row.smoking for row in patients],
    }
    numbers = {
        AGE: np.array([np.nan if row.age_years is None else row.age_years for row in patients]),
        SIZE: sizes_mm,
        PREDICTED: probabilities,
    }
    found = [_share(name, values, tested) for name, values in shares.items()]
    found += [_median(name, values, tested) for name, values in numbers.items()]
    return Verification(int(tested.sum()), int((~tested).sum()), tuple(found))


def _share(name: str, values: Sequence[bool | None], tested: NDArray[np.bool_]) -> Characteristic:
    """A share of those for whom it is known."""
    counts = []
    for group in (tested, ~tested):
        known = [value for value, own in zip(values, group, strict=True) if own and value is not None]
        counts.append((sum(known), len(known) - sum(known)))
    shares = [having / (having + lacking) if having + lacking else None for having, lacking in counts]
    known_in = (sum(counts[0]), sum(counts[1]))
    return Characteristic(name, True, shares[0], shares[1], known_in, difference_of_shares(counts[0], counts[1]))


def _median(name: str, values: NDArray[np.float64], tested: NDArray[np.bool_]) -> Characteristic:
    """A median over those for whom it is known."""
    known = [values[group & ~np.isnan(values)] for group in (tested, ~tested)]
    medians = [float(np.median(of)) if of.size else None for of in known]
    difference = difference_of_numbers(known[0].tolist(), known[1].tolist())
    return Characteristic(name, False, medians[0], medians[1], (known[0].size, known[1].size), difference)
