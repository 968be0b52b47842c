"""What joins the images: clinical values and selected radiomic features, coded by the fitting patients alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.methods.deep.radiomic_selection import RadiomicSelection


@dataclass(frozen=True, eq=False)
class RadiomicValues:
    """Radiomic features of N patients, as they were computed.

    Attributes:
        names: F.
        values: (N, F); NaN where a feature has none.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PatientValues:
    """What is known of N patients besides images.

    Attributes:
        rows: N rows of the table.
        radiomics: None for a system without.
    """

    rows: tuple[PatientRow, ...]
    radiomics: RadiomicValues | None = None

    def at(self, positions: NDArray[np.int_]) -> "PatientValues":
        """The values of the patients at these positions."""
        radiomics = self.radiomics
        return PatientValues(
            tuple(self.rows[position] for position in positions),
            None if radiomics is None else RadiomicValues(radiomics.names, radiomics.values[positions]),
        )


def read_values(cohort: PreparedCohort, radiomics: bool, features: Path) -> PatientValues:
    """The values of a cohort's patients.

    Args:
        cohort: N patients.
        radiomics: compute radiomic features of the segments.
        features: folder that keeps computed features.

    Raises:
        CohortError: a segment that features cannot be computed of.
    """
    if not radiomics or not len(cohort):
        return PatientValues(cohort.patients)
    from radiogene.radiomics import cohort_features

    computed = cohort_features(cohort, features)
    radiomic = RadiomicValues(tuple(computed.names), np.asarray(computed.values, np.float64))
    return PatientValues(cohort.patients, radiomic)


@dataclass(frozen=True)
class FittedValues:
    """The coding of values as network input.

    Attributes:
        clinical: of the table's columns.
        radiomics: which features; None for a system without.
    """

    clinical: ClinicalEncoder
    radiomics: RadiomicSelection | None

    @classmethod
    def fit(
        cls, values: PatientValues, labels: NDArray[np.int8], columns: Sequence[str], most_radiomics: int
    ) -> "FittedValues":
        """The coding by these patients.

        Args:
            values: of the patients to fit on, and of no other.
            labels: (N, G) of them.
            columns: clinical columns; none for image only.
            most_radiomics: features that are kept.

        Raises:
            CohortError: a column is missing or unusable.
            TrainingError: no radiomic feature can be used.
        """
        radiomics, selection = values.radiomics, None
        if radiomics is not None:
            selection = RadiomicSelection.fit(radiomics.names, radiomics.values, labels, most_radiomics)
        return cls(ClinicalEncoder.fit(values.rows, columns), selection)

    @property
    def width(self) -> int:
        """How many numbers stand for one patient."""
        return self.clinical.width + (0 if self.radiomics is None else len(self.radiomics.names))

    def encode(self, values: PatientValues) -> NDArray[np.float32]:
        """The numbers (N, K): clinical values, then radiomic features."""
        clinical = self.clinical.encode(values.rows)
        if self.radiomics is None or values.radiomics is None:
            return clinical
        radiomics = self.radiomics.encode(values.radiomics.names, values.radiomics.values)
        return np.concatenate([clinical, radiomics], axis=1)
