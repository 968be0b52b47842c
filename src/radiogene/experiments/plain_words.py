"""Measures in the cells of a plain table."""

from radiogene.evaluation.measure import Measure

DASH = "-"


def measure_words(measure: Measure, digits: int = 3) -> str:
    """`0.812 (0.744 to 0.871)`; a dash where there is no value."""
    if measure.value is None:
        return DASH
    if measure.interval is None:
        return f"{measure.value:.{digits}f}"
    return f"{measure.value:.{digits}f} ({measure.interval.low:.{digits}f} to {measure.interval.high:.{digits}f})"
