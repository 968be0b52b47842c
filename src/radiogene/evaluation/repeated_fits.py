"""What repeated fits tell: the spread over seeds, and the interval over folds that share training patients."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from radiogene.errors import CohortError, SettingsError
from radiogene.evaluation.intervals import SMALLEST_VARIANCE
from radiogene.evaluation.measure import INTERVAL_LEVEL, Interval, Measure, undefined
from radiogene.evaluation.metrics import missing_class, placements
from radiogene.storage.typed_json import JsonObject

CORRECTED = "corrected variance of repeated cross-validation (Nadeau and Bengio)"

NOT_AN_INTERVAL = "lowest and highest over seeds on the same patients; not a confidence interval"


@dataclass(frozen=True)
class SeedSpread:
    """One figure over several seeds on the same patients.

    Attributes:
        mean: over the seeds.
        lowest: of the seeds.
        highest: of the seeds.
        seeds: how many.
    """

    mean: float
    lowest: float
    highest: float
    seeds: int

    def to_json(self) -> JsonObject:
        """Plain JSON values, with what they are not."""
        return {
            "mean": self.mean,
            "lowest": self.lowest,
            "highest": self.highest,
            "seeds": self.seeds,
            "kind": NOT_AN_INTERVAL,
        }


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


def seed_spread(values: Sequence[float]) -> SeedSpread:
    """The spread of a figure over seeds.

    Seeds share patients and labels, so their spread says how stable a fit is, and nothing about other patients. It
    grows with the number of seeds where a confidence interval would shrink.

    Args:
        values: the figure of each seed.

    Raises:
        SettingsError: no value, or one that is not a number.
    """
    if not values or any(value != value for value in values):
        raise SettingsError(f"found the figures {list(values)}; at least one, and a number for each seed, was expected")
    # The mean of equal numbers can differ from them in the last digit.
    mean = min(max(sum(values) / len(values), min(values)), max(values))
    return SeedSpread(float(mean), float(min(values)), float(max(values)), len(values))


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
