"""Intervals without resampling, of an AUC (DeLong, Newcombe) and of a share (Wilson), and the form of a band."""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from radiogene.evaluation.event_gate import event_gate, point_only
from radiogene.evaluation.measure import INTERVAL_LEVEL, SMALLEST_USED_SHARE, Interval, Measure, undefined
from radiogene.evaluation.metrics import Placements, missing_class, placements
from radiogene.evaluation.usable_scores import refuse_unusable
from radiogene.storage.typed_json import JsonObject

Z = float(ndtri((1 + INTERVAL_LEVEL) / 2))

SMALL_SAMPLE = "the wider of Newcombe's and DeLong's on the logit scale"
"""The default for an AUC: `benchmarks/interval_coverage.py` compares it with others."""

HALVINGS = 60
"""Of the search for Newcombe's ends: more than a float has digits."""

SMALLEST_VARIANCE = 1e-20
"""Placements are multiples of 1/2m or 1/2n: a variance below this is rounding, and the true one is 0."""


@dataclass(frozen=True, eq=False)
class Band:
    """An interval at each of T points of a curve; each point by itself, not the curve as a whole.

    Attributes:
        low: (T,) lower ends.
        high: (T,) upper ends.
        method: in words, for the figure's legend.
        resamples_used: resamples in which the curve was defined.
        resamples_dropped: resamples without it.
        level: nominal coverage at one point.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    method: str
    resamples_used: int
    resamples_dropped: int
    level: float = INTERVAL_LEVEL

    def to_json(self) -> JsonObject:
        """The band as plain JSON values."""
        return {
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "level": self.level,
            "method": self.method,
            "resamples_used": self.resamples_used,
            "resamples_dropped": self.resamples_dropped,
        }


class AucScale(StrEnum):
    """The scale on which DeLong's interval is symmetrical."""

    PLAIN = "plain"
    """AUC +- 1.96 standard errors, cut to [0, 1]: what most papers print."""
    LOGIT = "logit"
    """Symmetrical in log(AUC / (1 - AUC)) and never outside (0, 1); closer to 95% near 1 or with few mutants."""


def auc_with_interval(labels: NDArray[np.int8], probabilities: NDArray[np.float64]) -> Measure:
    """The AUC with the interval that is shown, where there are events enough for one.

    DeLong's interval, also on the logit scale, is too narrow where few mutants happen to be ranked almost perfectly;
    Newcombe's is too narrow where the mutants' scores vary more than those of wild types. The wider of both at each end
    holds in either case and costs about 5% of the width.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,).

    Raises:
        CohortError: arrays of different lengths, or a score that is no number.
    """
    found = delong_auc(labels, probabilities, AucScale.LOGIT)
    few = event_gate(labels)
    if few:
        return point_only(found, few)
    if found.value is None or found.interval is None:
        return found
    low, high = newcombe_ends(np.array(found.value), int(np.sum(labels == 1)), int(np.sum(labels == 0)))
    method = found.interval.method if found.value in (0.0, 1.0) else SMALL_SAMPLE
    ends = (min(found.interval.low, float(low)), max(found.interval.high, float(high)))
    return Measure(found.value, Interval(*ends, method))


def newcombe_ends(
    areas: NDArray[np.float64], mutants: int, wild_types: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both ends of Newcombe's interval of AUCs (..., ), each the AUC whose own standard error just reaches that seen.

    The variance is Hanley and McNeil's with the mean of both class sizes less one in place of each size less one.

    Args:
        areas: AUCs of any shape.
        mutants: behind each.
        wild_types: behind each.

    Source: Newcombe, Stat Med 25:559 (2006), method 5.
    """
    half = (mutants + wild_types) / 2 - 1

    def beyond(area: NDArray[np.float64]) -> NDArray[np.bool_]:
        of_pairs = 1 + half * (1 - area) / (2 - area) + half * area / (1 + area)
        return np.asarray(np.abs(areas - area) > Z * np.sqrt(area * (1 - area) * of_pairs / (mutants * wild_types)))

    ends = []
    for outer in (np.zeros_like(areas), np.ones_like(areas)):
        inner = areas
        for _ in range(HALVINGS):
            middle = (outer + inner) / 2
            outside = beyond(middle)
            outer, inner = np.where(outside, middle, outer), np.where(outside, inner, middle)
        ends.append(inner)
    return ends[0], ends[1]


def delong_auc(
    labels: NDArray[np.int8], probabilities: NDArray[np.float64], scale: AucScale = AucScale.PLAIN
) -> Measure:
    """The AUC with DeLong's 95% interval, for any number of events: what is shown is that of `auc_with_interval`.

    Where every pair is in the right order (or every one in the wrong) DeLong's variance is 0 and its interval has no
    width. Then min(m, n) disjoint pairs, which are independent, are all right: the Clopper-Pearson bound for that
    many successes holds for the AUC (it is wider than 95% needs, as more pairs than these were seen).

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,).
        scale: the scale on which the interval is symmetrical.

    Raises:
        CohortError: arrays of different lengths, or a score that is no number.

    Source: DeLong et al., Biometrics 44:837 (1988).
    """
    refuse_unusable(labels, probabilities)
    reason = missing_class(labels)
    if reason:
        return undefined(reason)
    known = labels >= 0
    placed = placements(labels[known], probabilities[known])
    area = Measure(placed.auc)
    pairs = min(placed.mutant.size, placed.wild_type.size)
    if placed.auc in (0.0, 1.0):
        return replace(area, interval=_bound(placed.auc, pairs))
    if pairs < 2:
        return replace(area, reason="no interval: DeLong's variance needs two mutants and two wild types")
    variance = delong_variance(placed.mutant, placed.wild_type)
    if variance < SMALLEST_VARIANCE:
        return replace(area, reason="no interval: all probabilities are equal, which makes the AUC 0.5 in any sample")
    return replace(area, interval=_normal(placed, variance, scale))


def delong_variance(mutant: NDArray[np.float64], wild_type: NDArray[np.float64]) -> float:
    """DeLong's variance of an AUC, or of the difference of two when given differences of placements.

    Args:
        mutant: (m,) with m > 1.
        wild_type: (n,) with n > 1.
    """
    return float(mutant.var(ddof=1) / mutant.size + wild_type.var(ddof=1) / wild_type.size)


def wilson_share(right: int, cases: int) -> Measure:
    """The share of right cases with Wilson's 95% interval; it stays within 0 and 1 and has a width at both ends.

    Args:
        right: cases that are right.
        cases: all of them.

    Source: Wilson, J Am Stat Assoc 22:209 (1927).
    """
    if cases == 0:
        return undefined("there is no case")
    share = right / cases
    weight = 1 + Z**2 / cases
    centre = (share + Z**2 / (2 * cases)) / weight
    half = Z * sqrt(share * (1 - share) / cases + Z**2 / (4 * cases**2)) / weight
    return Measure(share, Interval(max(0.0, centre - half), min(1.0, centre + half), "Wilson"))


def percentile_band(resampled: NDArray[np.float64], method: str) -> Band | None:
    """The band between the 2.5th and 97.5th percentile at each point; None where too few resamples have the curve.

    Args:
        resampled: (R, T) the curve in each resample; a row with NaN has none.
        method: how the resamples were drawn, in words.
    """
    used = resampled[~np.isnan(resampled).any(axis=1)]
    if len(used) < SMALLEST_USED_SHARE * len(resampled):
        return None
    tail = (1 - INTERVAL_LEVEL) / 2
    low, high = np.quantile(used, [tail, 1 - tail], axis=0)
    return Band(low, high, method, len(used), len(resampled) - len(used))


def _normal(placed: Placements, variance: float, scale: AucScale) -> Interval:
    """The normal interval on the chosen scale, back on that of the AUC."""
    error = float(np.sqrt(variance))
    if scale is AucScale.PLAIN:
        return Interval(max(0.0, placed.auc - Z * error), min(1.0, placed.auc + Z * error), "DeLong")
    centre, half = logit(placed.auc), Z * error / (placed.auc * (1 - placed.auc))
    return Interval(float(expit(centre - half)), float(expit(centre + half)), "DeLong, logit scale")


def _bound(area: float, pairs: int) -> Interval:
    """The exact bound from `pairs` disjoint pairs that are all in the right (AUC 1) or wrong (AUC 0) order."""
    end = ((1 - INTERVAL_LEVEL) / 2) ** (1 / pairs)
    method = f"exact bound from {pairs} disjoint pairs (at AUC {area:.0f} DeLong's variance is 0)"
    return Interval(end, 1.0, method) if area == 1.0 else Interval(0.0, 1.0 - end, method)
