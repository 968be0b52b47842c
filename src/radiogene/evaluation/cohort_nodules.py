"""Probabilities of a cohort's nodules beside what reduces them to patients: identifiers, labels and sizes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.evaluation.patient_level import NodulePredictions
from radiogene.evaluation.predictions import label_table


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
