"""Scores of real nodules: AUC per rating, over folds and for cubes of other patients."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.measure_rows import auc_row
from patients.lidc_nodules import RATINGS
from radiogene.evaluation.intervals import auc_with_interval
from radiogene.evaluation.repeated_fits import corrected_mean


@dataclass(frozen=True, eq=False)
class RatedScores:
    """AUC of every rating in every fold.

    Attributes:
        areas: (ratings, repeats, folds); NaN where a fold has one kind only.
    """

    areas: NDArray[np.float64]


def auc_of_folds(scores: RatedScores) -> dict[str, dict[str, float | None]]:
    """Per rating the mean over folds with its corrected interval."""
    return {rating: auc_row(corrected_mean(scores.areas[n]).mean) for n, rating in enumerate(RATINGS)}


def auc_of_test(probabilities: NDArray[np.float64], labels: NDArray[np.int8]) -> dict[str, dict[str, float | None]]:
    """Per rating the AUC with its interval.

    Args:
        probabilities: (N, ratings).
        labels: (N, ratings).
    """
    return {rating: auc_row(auc_with_interval(labels[:, n], probabilities[:, n])) for n, rating in enumerate(RATINGS)}


def mean_of_ratings(scores: RatedScores) -> float:
    """The mean over ratings, repeats and folds: what names a configuration."""
    return float(np.nanmean(scores.areas))
