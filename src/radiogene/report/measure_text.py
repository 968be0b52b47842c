"""A figure in words."""

from radiogene.evaluation.measure import Measure


def measure_text(measure: Measure, digits: int = 3) -> str:
    """A figure with its 95% interval, or why there is none: "0.812 (0.731 to 0.893)"."""
    if measure.value is None:
        return f"- ({measure.reason})"
    interval = measure.interval
    if interval is None:
        return f"{measure.value:.{digits}f}"
    return f"{measure.value:.{digits}f} ({interval.low:.{digits}f} to {interval.high:.{digits}f})"
