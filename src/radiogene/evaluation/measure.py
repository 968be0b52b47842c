"""A figure with its interval, or with the reason why there is none; never NaN."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.storage.typed_json import JsonObject

INTERVAL_LEVEL = 0.95
"""Coverage that every interval aims at."""

SMALLEST_USED_SHARE = 0.9
"""Below this share of usable resamples an interval would be conditional on the lucky ones, and is not given."""


@dataclass(frozen=True)
class Interval:
    """A two-sided interval and how it was made.

    Attributes:
        low: lower end, on the figure's own scale.
        high: upper end.
        level: nominal coverage.
        method: in words, for the table's note.
        resamples_used: bootstrap resamples in which the figure was defined; None for other methods.
        resamples_dropped: resamples left out because the figure was undefined in them (one class only, ...).
    """

    low: float
    high: float
    method: str
    level: float = INTERVAL_LEVEL
    resamples_used: int | None = None
    resamples_dropped: int | None = None

    def to_json(self) -> JsonObject:
        """The interval as plain JSON values; the numbers of resamples only where there are any."""
        content: JsonObject = {"low": self.low, "high": self.high, "level": self.level, "method": self.method}
        if self.resamples_used is not None:
            content |= {"resamples_used": self.resamples_used, "resamples_dropped": self.resamples_dropped}
        return content


@dataclass(frozen=True)
class Measure:
    """A figure; `reason` says why the value or the interval is missing.

    Attributes:
        value: None where the figure is undefined.
        interval: None where it cannot be given.
        reason: empty when nothing is missing, or when no interval was asked for.
    """

    value: float | None
    interval: Interval | None = None
    reason: str = ""

    def to_json(self) -> JsonObject:
        """Value, interval and reason as plain JSON values, not rounded."""
        return {
            "value": self.value,
            "interval": None if self.interval is None else self.interval.to_json(),
            "reason": self.reason or None,
        }


def undefined(reason: str) -> Measure:
    """A measure without a value."""
    return Measure(value=None, reason=reason)


def percentile_measure(value: float, resampled: NDArray[np.float64], method: str) -> Measure:
    """`value` with the percentile interval of its resamples.

    Args:
        value: the figure on the patients themselves.
        resampled: (R,) the figure in each bootstrap resample, NaN where it is undefined.
        method: how the resamples were drawn, in words.
    """
    used = resampled[~np.isnan(resampled)]
    dropped = resampled.size - used.size
    if used.size < SMALLEST_USED_SHARE * resampled.size:
        return Measure(
            value,
            reason=f"no interval: the figure is undefined in {dropped} of {resampled.size} bootstrap resamples "
            f"(at most {1 - SMALLEST_USED_SHARE:.0%} may be left out)",
        )
    tail = (1 - INTERVAL_LEVEL) / 2
    low, high = np.quantile(used, [tail, 1 - tail])
    return Measure(value, Interval(float(low), float(high), method, INTERVAL_LEVEL, int(used.size), int(dropped)))
