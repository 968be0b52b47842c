"""What repeated fits tell: the spread over seeds, and intervals and tests over folds that share training patients."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from radiogene.errors import CohortError, SettingsError
from radiogene.evaluation.comparison import AucComparison
from radiogene.evaluation.event_gate import event_gate, point_only
from radiogene.evaluation.intervals import SMALLEST_VARIANCE
from radiogene.evaluation.measure import INTERVAL_LEVEL, Interval, Measure, undefined
from radiogene.evaluation.metrics import missing_class, placements
from radiogene.evaluation.usable_scores import refuse_unusable
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
        error: corrected standard error of the mean; None where it is 0 or undefined.
        folds: that the figure was defined in, over all repeats.
        folds_left_out: in which it was not.
    """

    mean: Measure
    t: float | None
    p_value: float | None
    folds: int
    folds_left_out: int
    error: float | None = None


@dataclass(frozen=True, eq=False)
class FoldScores:
    """One cross-validation of N patients.

    Attributes:
        scores: (N,) out-of-fold.
        folds: (N,) the fold that held each patient out.
    """

    scores: NDArray[np.float64]
    folds: NDArray[np.int64]


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

    Raises:
        CohortError: arrays of different lengths, or a score that is no number.
    """
    refuse_unusable(labels, probabilities, folds.astype(np.float64))
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

    The t distribution has K - 1 degrees of freedom, as if there were one repeat: more repeats see the same patients.
    With J - 1, as Nadeau and Bengio have it, intervals leave out the truth too often (`benchmarks/false_claims.py`).

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
    freedom = values.shape[1] - 1
    reach = float(student.ppf((1 + INTERVAL_LEVEL) / 2, freedom)) * error
    measure = Measure(mean, Interval(mean - reach, mean + reach, CORRECTED))
    t = mean / error
    return CorrectedMean(measure, t, float(2 * student.sf(abs(t), freedom)), used.size, left_out, error)


def corrected_auc(labels: NDArray[np.int8], repeats: Sequence[FoldScores]) -> Measure:
    """The AUC of a training cohort: the mean over folds and repeats, with the corrected interval cut to [0, 1].

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        repeats: cross-validations of these patients, with as many folds each.

    Raises:
        CohortError: arrays of different lengths, a score that is no number, or fewer than 2 folds.
    """
    missing = missing_class(labels)
    if missing:
        return undefined(missing)
    mean, few = corrected_mean(_areas_of(labels, repeats)).mean, event_gate(labels)
    if few:
        return point_only(mean, few)
    if mean.interval is None:
        return mean
    interval = mean.interval
    return replace(mean, interval=replace(interval, low=max(0.0, interval.low), high=min(1.0, interval.high)))


def corrected_auc_difference(
    labels: NDArray[np.int8], first: Sequence[FoldScores], second: Sequence[FoldScores]
) -> AucComparison:
    """The difference of two systems' AUCs on the same folds, with the corrected interval and test.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        first: cross-validations of one system.
        second: those of the other, of the same patients in the same folds, repeat by repeat.

    Raises:
        CohortError: arrays of different lengths, a score that is no number, another number of repeats, other folds, or
            fewer than 2 of them.
    """
    if len(first) != len(second):
        raise CohortError(
            f"A paired comparison needs the same repeats: found {len(first)} cross-validations of one system and "
            f"{len(second)} of the other. Compare those with the same seeds."
        )
    for one, other in zip(first, second, strict=True):
        if one.folds.shape != other.folds.shape:
            raise CohortError(
                f"A paired comparison needs the same patients: found {one.folds.size} and {other.folds.size} fold "
                "numbers. Compare on the patients that both systems have."
            )
        differing = int(np.sum(one.folds != other.folds))
        if differing:
            raise CohortError(
                f"A paired comparison needs the same folds: {differing} of {one.folds.size} patients were held out in "
                "another fold of the second system than of the first. Fit both with the same seed, folds and patients."
            )
    missing = missing_class(labels)
    if missing:
        return AucComparison(undefined(missing), None, None)
    found = corrected_mean(_areas_of(labels, first) - _areas_of(labels, second))
    few = event_gate(labels)
    if few:
        return AucComparison(point_only(found.mean, few), None, None)
    if found.error is None and found.mean.value == 0.0:
        return AucComparison(found.mean, None, 1.0)
    return AucComparison(found.mean, found.t, found.p_value, found.error)


def _areas_of(labels: NDArray[np.int8], repeats: Sequence[FoldScores]) -> NDArray[np.float64]:
    """The AUC (R, K) of each repeat and fold; a fold that one repeat lacks is NaN in it."""
    each = [fold_areas(labels, repeat.scores, repeat.folds) for repeat in repeats]
    areas = np.full((len(each), max(len(of_repeat) for of_repeat in each)), np.nan)
    for row, of_repeat in zip(areas, each, strict=True):
        row[: len(of_repeat)] = of_repeat
    return areas
