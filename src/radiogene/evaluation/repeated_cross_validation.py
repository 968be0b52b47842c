"""Repeated cross-validation: an interval that allows for training parts that overlap, by the corrected variance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from radiogene.errors import CohortError
from radiogene.evaluation.intervals import SMALLEST_VARIANCE
from radiogene.evaluation.measure import INTERVAL_LEVEL, Interval, Measure, undefined
from radiogene.evaluation.metrics import missing_class, placements

CORRECTED = "corrected variance of repeated cross-validation (Nadeau and Bengio)"


@dataclass(frozen=True)
class CorrectedMean:
    """The mean of a figure over the folds of all repeats.

    Attributes:
        mean: with its interval.
        t: mean over its corrected standard error; None where that is 0 or undefined.
        p_value: two-sided, of a mean of 0; means something for differences of two systems only.
        folds: that the figure was defined in, over all repeats.
        folds_left_out: in which it was not.
    """

    mean: Measure
    t: float | None
    p_value: float | None
    folds: int
    folds_left_out: int


def fold_areas(
    labels: NDArray[np.int8], probabilities: NDArray[np.float64], folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The AUC of each fold (K,), folds in rising order; NaN where a fold has one class only.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,) out-of-fold.
        folds: (N,) the fold that held each patient out.
    """
    areas = []
    for number in np.unique(folds):
        own = (folds == number) & (labels >= 0)
        areas.append(np.nan if missing_class(labels[own]) else placements(labels[own], probabilities[own]).auc)
    return np.array(areas, dtype=np.float64)


def corrected_mean(values: NDArray[np.float64]) -> CorrectedMean:
    """The mean over repeats and folds with a t interval from the corrected variance.

    Folds of one cohort share most of their training patients, and repeats share all, so J values are far from J
    independent ones: their variance is multiplied by 1/J + test patients / training patients, here 1/J + 1/(K - 1),
    in place of 1/J. Unlike `foldwise_auc` it allows for other training patients; the correction is an approximation.

    Args:
        values: (R, K) a figure, or the difference of two systems' on the same folds, per repeat and fold; NaN where
            it is undefined.

    Raises:
        CohortError: no table with at least 2 folds.

    Source: Nadeau and Bengio, Mach Learn 52:239 (2003), section 3.4; for repeated cross-validation Bouckaert and
    Frank, PAKDD 2004, section 3.2.
    """
    if values.ndim != 2 or values.shape[0] < 1 or values.shape[1] < 2:
        raise CohortError(f"found figures of shape {values.shape}; repeats x folds, at least 1 x 2, was expected")
    used = values[~np.isnan(values)]
    left_out = values.size - used.size
    if not used.size:
        return CorrectedMean(undefined("the figure is defined in no fold"), None, None, 0, left_out)
    mean = float(used.mean())
    variance = float(used.var(ddof=1)) if used.size > 1 else 0.0
    if variance < SMALLEST_VARIANCE:
        reason = "no interval: the figure does not differ between folds"
        return CorrectedMean(Measure(mean, reason=reason), None, None, used.size, left_out)
    error = (variance * (1 / used.size + 1 / (values.shape[1] - 1))) ** 0.5
    reach = float(student.ppf((1 + INTERVAL_LEVEL) / 2, used.size - 1)) * error
    measure = Measure(mean, Interval(mean - reach, mean + reach, CORRECTED))
    t = mean / error
    return CorrectedMean(measure, t, float(2 * student.sf(abs(t), used.size - 1)), used.size, left_out)
