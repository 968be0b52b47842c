"""A prepared cohort as tables: its patients' labels and sizes, and its nodules' probabilities with identifiers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.evaluation.patient_level import NodulePredictions
from radiogene.evaluation.predictions import Predictions, label_table


@dataclass(frozen=True, eq=False)
class AnsweredPatients:
    """N patients.

    Attributes:
        patients: their rows.
        sizes_mm: (N,) largest extent of their largest nodule; NaN is unknown.
    """

    patients: tuple[PatientRow, ...]
    sizes_mm: NDArray[np.float64]


def patient_label_table(cohort: PreparedCohort, genes: Sequence[str]) -> NDArray[np.int8]:
    """The labels (N, G) of N patients: 1 mutant, 0 wild type, -1 unknown; known in one row of a patient holds for all.

    Args:
        cohort: N patients.
        genes: G names.
    """
    of_row = label_table(cohort.rows, genes)
    first = np.cumsum([0, *(len(found) for found in cohort.nodules)])[:-1].astype(int)
    labels: NDArray[np.int8] = of_row[first]
    return labels


def nodule_predictions(
    cohort: PreparedCohort, genes: Sequence[str], probabilities: NDArray[np.float64]
) -> NodulePredictions:
    """The predictions of all nodules of a cohort.

    Args:
        cohort: N patients with M nodules.
        genes: G names.
        probabilities: (M, G) in the order of `PreparedCohort.rows`.
    """
    rows = cohort.rows
    sizes = [cohort.source.records[index].largest_extent_mm for found in cohort.nodules for index in found]
    return NodulePredictions(
        tuple(row.patient_id for row in rows),
        tuple(genes),
        probabilities,
        label_table(rows, genes),
        np.array(sizes, dtype=np.float64),
    )


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
