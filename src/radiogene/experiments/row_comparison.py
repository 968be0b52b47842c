"""A row against MMDL, on the patients whom both have: paired DeLong and McNemar, or over the same folds, corrected."""

import numpy as np

from radiogene.evaluation.comparison import PAIRED_T, auc_difference, mcnemar_exact
from radiogene.evaluation.measure import undefined
from radiogene.evaluation.repeated_fits import CORRECTED, FoldScores, corrected_auc_difference
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.row_measures import RowFigures
from radiogene.methods.method_settings import NetworkSettings, NineViewSettings
from radiogene.report.evidence.evidence_table import RowComparison

RANDOM_START = "random"

OTHER_SPLITS = (
    "not compared: the two systems' predictions for training patients come from other splits (one cross-validated, one "
    "with a held-out part, or other patients)"
)


OTHER_START = (
    "not compared: MMDL starts from a pretrained network, this one from random weights; give it its own by "
    "`pretrained` where it can have one"
)


def unfair(mmdl: PlannedFit, row: PlannedFit) -> str:
    """Why a network did not have the same chances as MMDL, or nothing.

    Args:
        mmdl: the fit that others are compared with.
        row: the fit of another row.
    """
    of_mmdl, of_row = mmdl.settings, row.settings
    if (
        not isinstance(of_mmdl, NineViewSettings)
        or not isinstance(of_row, NetworkSettings)
        or row.method == mmdl.method
    ):
        return ""
    start = of_row.init if isinstance(of_row, NineViewSettings) else RANDOM_START
    return OTHER_START if of_mmdl.init != RANDOM_START and start == RANDOM_START else ""


def compared(mmdl: RowFigures, row: RowFigures, unlike: str = "") -> RowComparison:
    """The comparison of a row with MMDL.

    Calls for training patients are not tested: their models share training patients, which McNemar's test knows nothing
    of.

    Args:
        mmdl: figures of MMDL.
        row: those of the row, of the same gene and cohort.
        unlike: why the two did not have the same chances, so that nothing is tested.
    """
    place = {patient: n for n, patient in enumerate(row.patient_ids)}
    ours = np.array([n for n, patient in enumerate(mmdl.patient_ids) if patient in place], dtype=int)
    theirs = np.array([place[mmdl.patient_ids[n]] for n in ours], dtype=int)
    labels = mmdl.labels[ours]
    if unlike:
        return _untested(ours.size, unlike)
    if bool(mmdl.runs) != bool(row.runs):
        return _untested(ours.size, OTHER_SPLITS)
    for reason in (mmdl.untested, row.untested):
        if reason:
            return _untested(ours.size, reason)
    if not mmdl.runs:
        found = auc_difference(labels, mmdl.scores[ours], row.scores[theirs])
        p_calls = None
        if mmdl.calls is not None and row.calls is not None:
            p_calls = mcnemar_exact(labels, mmdl.calls[ours], row.calls[theirs]).p_value
        return RowComparison(ours.size, found.difference, found.p_value, None, p_calls, PAIRED_T)
    seeds = [seed for seed in mmdl.runs if seed in row.runs]
    first, second = ([_at(of.runs[seed], at) for seed in seeds] for of, at in ((mmdl, ours), (row, theirs)))
    if not seeds or any(not np.array_equal(a.folds, b.folds) for a, b in zip(first, second, strict=True)):
        return _untested(ours.size, OTHER_SPLITS)
    within = corrected_auc_difference(labels, first, second)
    return RowComparison(ours.size, within.difference, within.p_value, None, None, CORRECTED)


def _at(run: FoldScores, positions: "np.ndarray[tuple[int, ...], np.dtype[np.int_]]") -> FoldScores:
    return FoldScores(run.scores[positions], run.folds[positions])


def _untested(patients: int, reason: str) -> RowComparison:
    return RowComparison(patients, undefined(reason), None, None, None, "")
