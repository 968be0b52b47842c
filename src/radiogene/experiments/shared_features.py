"""Radiomic features of both cohorts, measured once before the fits that need them run side by side."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.errors import SettingsError
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.methods.method import Need
from radiogene.methods.registry import method_named
from radiogene.parallel.workers import Workers
from radiogene.radiomics import cohort_features, unmeasured


def measure_shared_features(
    fits: Iterable[PlannedFit], cohorts: Iterable[PreparedCohort], folder: Path, workers: Workers
) -> None:
    """Fills the folder of features; fits that run at the same time would each measure every nodule.

    Args:
        fits: about to run.
        cohorts: whose nodules they look at.
        folder: of features, named by their content.
        workers: who measures.
    """
    if not any(Need.SEGMENT in method_named(fit.method).needs for fit in fits):
        return
    for cohort in cohorts:
        measured = np.setdiff1d(np.arange(len(cohort)), list(unmeasured(cohort)))
        try:
            if measured.size:
                cohort_features(cohort.at(measured), folder, workers=workers)
        except SettingsError:
            # The extra is not installed: the fits that need it fail by themselves, and say so in their rows.
            return
