"""A prepared cohort as tables: its patients' labels, and its nodules' probabilities with identifiers and sizes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.evaluation.patient_level import NodulePredictions
from radiogene.evaluation.predictions import label_table


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
