"""The numbers that a tabular system reads of each patient: radiomic features, then encoded columns of the table."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow


@dataclass(frozen=True, eq=False)
class PatientNumbers:
    """N patients before anything is fitted.

    Attributes:
        rows: N, one per patient.
        columns: of the table, that are encoded.
        radiomic_names: R names; none for a system without radiomics.
        radiomic: (N, R) features, as they are measured.
    """

    rows: Sequence[PatientRow]
    columns: tuple[str, ...]
    radiomic_names: tuple[str, ...]
    radiomic: NDArray[np.float64]

    def encoder(self, training: NDArray[np.int_]) -> ClinicalEncoder:
        """The encoder of the columns, fitted on the patients at these positions only."""
        return ClinicalEncoder.fit([self.rows[n] for n in training], self.columns)

    def encoded(self, encoder: ClinicalEncoder) -> NDArray[np.float64]:
        """The values (N, R + W) of all patients, W being the encoder's width."""
        return np.hstack([self.radiomic, encoder.encode(self.rows).astype(np.float64)])

    def as_seen_by(self, training: NDArray[np.int_]) -> NDArray[np.float64]:
        """The values (N, R + W) of all patients, encoded by the patients at these positions."""
        return self.encoded(self.encoder(training))


def patient_numbers(
    cohort: PreparedCohort, columns: tuple[str, ...], *, radiomics: bool, features: Path | None
) -> PatientNumbers:
    """The numbers of a cohort.

    Args:
        cohort: N patients, each with what the system needs.
        columns: of the table.
        radiomics: measure radiomic features of the segments.
        features: folder that keeps them; None keeps them nowhere.
    """
    if not radiomics:
        return PatientNumbers(cohort.patients, columns, (), np.zeros((len(cohort), 0)))
    if features is not None:
        return _with_radiomics(cohort, columns, features)
    with tempfile.TemporaryDirectory() as folder:
        return _with_radiomics(cohort, columns, Path(folder))


def _with_radiomics(cohort: PreparedCohort, columns: tuple[str, ...], features: Path) -> PatientNumbers:
    from radiogene.radiomics import cohort_features

    table = cohort_features(cohort, features)
    return PatientNumbers(cohort.patients, columns, tuple(table.names), np.asarray(table.values, dtype=np.float64))
