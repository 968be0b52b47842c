"""Measures in the fits of a plain table."""

from radiogene.evaluation.measure import Measure
from radiogene.report.figures import printed_page

DASH = "-"


def measure_words(measure: Measure) -> str:
    """`0.812 (0.744 to 0.871)`, as in the figures beside the table; a dash where there is no value."""
    return DASH if measure.value is None else printed_page.measure_words(measure)
