"""Predictors that are not known: how many patients lack each, by what is known of their gene."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import clinical_value
from radiogene.cohort.row import PatientRow
from radiogene.errors import CohortError
from radiogene.evaluation.predictions import UNKNOWN
from radiogene.evaluation.subgroups import PatientTraits
from radiogene.storage.typed_json import JsonObject, to_json

KNOWN_LEVEL, MISSING_LEVEL = "known", "missing"


@dataclass(frozen=True)
class MissingCount:
    """Patients of one kind, and how many of them lack a value."""

    missing: int
    patients: int


@dataclass(frozen=True)
class MissingPredictor:
    """One column.

    Attributes:
        column: of the cohort table.
        mutants, wild_types, untested: patients by their gene.
    """

    column: str
    mutants: MissingCount
    wild_types: MissingCount
    untested: MissingCount

    @property
    def missing(self) -> int:
        """Patients of any kind who lack the value."""
        return self.mutants.missing + self.wild_types.missing + self.untested.missing

    def to_json(self) -> JsonObject:
        """Plain JSON values."""
        return to_json(self)


def missing_predictors(
    patients: Sequence[PatientRow], labels: NDArray[np.int8], columns: Sequence[str]
) -> tuple[MissingPredictor, ...]:
    """A count per column.

    Args:
        patients: N rows, one per patient.
        labels: (N,) of one gene: 1 mutant, 0 wild type, -1 not tested.
        columns: of the cohort table that a system reads.

    Raises:
        CohortError: another number of labels.
    """
    if labels.shape != (len(patients),):
        raise CohortError(f"found {labels.size} labels for {len(patients)} patients; one each was expected")
    found = []
    for column in columns:
        missing = np.array([clinical_value(row, column) is None for row in patients], dtype=bool)
        counts = (
            MissingCount(int((missing & (labels == state)).sum()), int((labels == state).sum()))
            for state in (1, 0, UNKNOWN)
        )
        found.append(MissingPredictor(column, *counts))
    return tuple(found)


def known_and_missing(patients: Sequence[PatientRow], columns: Sequence[str]) -> PatientTraits:
    """Each column that somebody lacks as a factor that divides the patients: known or missing.

    Args:
        patients: N rows, one per patient.
        columns: of the cohort table.
    """
    levels = {
        column: tuple(MISSING_LEVEL if clinical_value(row, column) is None else KNOWN_LEVEL for row in patients)
        for column in columns
    }
    return PatientTraits({column: of for column, of in levels.items() if MISSING_LEVEL in of})
