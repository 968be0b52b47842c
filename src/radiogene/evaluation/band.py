"""Pointwise 95% bands around curves, from bootstrap resamples of patients."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.evaluation.measure import INTERVAL_LEVEL, SMALLEST_USED_SHARE
from radiogene.storage.typed_json import JsonObject


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
