"""What every figure passes before it is shown: with few mutants or wild types it is a point, and the reason why."""

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.few_events import few_events
from radiogene.evaluation.measure import Measure


def event_gate(labels: NDArray[np.int8]) -> str:
    """Why these patients bear no interval, no test and no claim; empty where they do.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (not counted).
    """
    return few_events(int(np.sum(labels == 1)), int(np.sum(labels == 0)))


def gated(measure: Measure, labels: NDArray[np.int8]) -> Measure:
    """The measure, or its value alone with the reason; an undefined one keeps its own.

    Args:
        measure: a figure of these patients.
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (not counted).
    """
    reason = event_gate(labels)
    return point_only(measure, reason) if reason else measure


def point_only(measure: Measure, reason: str) -> Measure:
    """The value without an interval, and why; an undefined one keeps its own reason."""
    return measure if measure.value is None else Measure(measure.value, reason=reason)
