"""The labels of a prepared cohort's patients: what scikit-learn calls y."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
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
