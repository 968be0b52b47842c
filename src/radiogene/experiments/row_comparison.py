"""A row against MMDL, on the patients whom both have: paired DeLong, or paired within folds; exact McNemar."""

import numpy as np

from radiogene.evaluation.comparison import mcnemar_exact, paired_delong
from radiogene.evaluation.foldwise_comparison import PAIRED_FOLDWISE_BOOTSTRAP, foldwise_comparison
from radiogene.evaluation.measure import undefined
from radiogene.experiments.row_measures import RowFigures
from radiogene.report.evidence.evidence_table import RowComparison

DELONG = "paired DeLong"
OTHER_SPLITS = (
    "not compared: the two systems' predictions for training patients come from other splits (one cross-validated, one "
    "with a held-out part)"
)


def compared(mmdl: RowFigures, row: RowFigures) -> RowComparison:
    """The comparison of a row with MMDL.

    Args:
        mmdl: figures of MMDL.
        row: those of the row, of the same gene and cohort.
    """
    place = {patient: n for n, patient in enumerate(row.patient_ids)}
    ours = np.array([n for n, patient in enumerate(mmdl.patient_ids) if patient in place], dtype=int)
    theirs = np.array([place[mmdl.patient_ids[n]] for n in ours], dtype=int)
    if (mmdl.folds is None) != (row.folds is None):
        return RowComparison(ours.size, undefined(OTHER_SPLITS), None, None, None, "")
    labels = mmdl.labels[ours]
    calls = mcnemar_exact(labels, mmdl.calls[ours], row.calls[theirs])
    first, second = mmdl.scores[ours], row.scores[theirs]
    if mmdl.folds is None or row.folds is None:
        found = paired_delong(labels, first, second)
        return RowComparison(ours.size, found.difference, found.p_value, None, calls.p_value, DELONG)
    if not np.array_equal(mmdl.folds[ours], row.folds[theirs]):
        return RowComparison(ours.size, undefined(OTHER_SPLITS), None, None, None, "")
    within = foldwise_comparison(labels, first, second, mmdl.folds[ours], row.folds[theirs])
    return RowComparison(ours.size, within.difference, within.p_value, None, calls.p_value, PAIRED_FOLDWISE_BOOTSTRAP)
