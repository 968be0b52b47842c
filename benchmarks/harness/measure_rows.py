"""A figure with its interval as plain numbers, the row of a benchmark's result."""

from radiogene.evaluation.measure import Measure


def auc_row(measure: Measure) -> dict[str, float | None]:
    """`auc`, `low` and `high`; None where there is none.

    Args:
        measure: an AUC, or a difference of two.
    """
    interval = measure.interval
    return {
        "auc": measure.value,
        "low": None if interval is None else interval.low,
        "high": None if interval is None else interval.high,
    }
