"""DeLong's interval of an AUC, and the exact bounds that stand in where its variance is 0."""

from dataclasses import replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from radiogene.evaluation.measure import INTERVAL_LEVEL, Interval, Measure, undefined
from radiogene.evaluation.metrics import Placements, missing_class, placements

Z = float(ndtri((1 + INTERVAL_LEVEL) / 2))

SMALLEST_VARIANCE = 1e-20
"""Placements are multiples of 1/2m or 1/2n: a variance below this is rounding, and the true one is 0."""


class AucScale(StrEnum):
    """The scale on which DeLong's interval is symmetrical."""

    PLAIN = "plain"
    """AUC +- 1.96 standard errors, cut to [0, 1]: what most papers print (default)."""
    LOGIT = "logit"
    """Symmetrical in log(AUC / (1 - AUC)) and never outside (0, 1); closer to 95% near 1 or with few mutants."""


def delong_auc(
    labels: NDArray[np.int8], probabilities: NDArray[np.float64], scale: AucScale = AucScale.PLAIN
) -> Measure:
    """The AUC with DeLong's 95% interval.

    Where every pair is in the right order (or every one in the wrong) DeLong's variance is 0 and its interval has no
    width. Then min(m, n) disjoint pairs, which are independent, are all right: the Clopper-Pearson bound for that
    many successes holds for the AUC (it is wider than 95% needs, as more pairs than these were seen).

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,).
        scale: the scale on which the interval is symmetrical.

    Source: DeLong et al., Biometrics 44:837 (1988).
    """
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
