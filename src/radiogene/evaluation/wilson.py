"""A share of independent cases with Wilson's interval."""

from math import sqrt

from scipy.special import ndtri

from radiogene.evaluation.measure import INTERVAL_LEVEL, Interval, Measure, undefined

Z = float(ndtri((1 + INTERVAL_LEVEL) / 2))


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
