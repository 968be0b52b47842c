"""The patients whom a system answers for, in the order of its predictions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.evaluation.predictions import Predictions


@dataclass(frozen=True, eq=False)
class AnsweredPatients:
    """N patients.

    Attributes:
        patients: their rows.
        sizes_mm: (N,) largest extent of their largest nodule; NaN is unknown.
    """

    patients: tuple[PatientRow, ...]
    sizes_mm: NDArray[np.float64]


def answered_patients(cohort: PreparedCohort, predictions: Predictions) -> AnsweredPatients:
    """The rows and nodule sizes of the patients of predictions.

    Args:
        cohort: that the predictions were made for.
        predictions: N patients.

    Raises:
        CohortError: a patient whom the cohort lacks.
    """
    own = cohort.of_patients(predictions.patient_ids)
    place = {patient: n for n, patient in enumerate(own.patient_ids)}
    order = [place[patient] for patient in predictions.patient_ids]
    rows = own.patients
    sizes = [own.source.records[own.largest_nodule(n)].largest_extent_mm for n in order]
    return AnsweredPatients(tuple(rows[n] for n in order), np.array(sizes, dtype=np.float64))
