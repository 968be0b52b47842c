"""Measures and p values as they are printed; unrounded numbers stand in the CSV and JSON files."""

from radiogene.evaluation.measure import Interval, Measure
from radiogene.report.table_one_text import SMALLEST_P

MISSING = "–"
"""Printed where there is no number."""

MINUS = "−"


def percent_number(share: float) -> str:
    """A share in percent with one decimal, without the sign: the heading says percent.

    >>> percent_number(0.8129), percent_number(-0.031)
    ('81.3', '−3.1')
    """
    return _typeset(f"{100 * share:.1f}")


def signed_points(share: float) -> str:
    """A difference of shares in percentage points, with its sign.

    >>> signed_points(0.0812), signed_points(-0.031), signed_points(0.0)
    ('+8.1', '−3.1', '0.0')
    """
    text = f"{100 * share:+.1f}"
    return "0.0" if float(text) == 0 else _typeset(text)


def value_text(measure: Measure | None) -> str:
    """The value in percent, or a dash."""
    return MISSING if measure is None or measure.value is None else percent_number(measure.value)


def interval_text(measure: Measure | None, *, signed: bool = False) -> str:
    """The interval in percent: "72.1 to 88.4"; empty where there is none."""
    if measure is None or measure.interval is None:
        return ""
    return ends_text(measure.interval, signed=signed)


def ends_text(interval: Interval, *, signed: bool = False) -> str:
    """Both ends in percent, or in signed percentage points."""
    number = signed_points if signed else percent_number
    return f"{number(interval.low)} to {number(interval.high)}"


def p_text(p_value: float | None) -> str:
    """A p value with three decimals, as in Table 1.

    >>> p_text(0.0312), p_text(0.0002), p_text(None)
    ('0.031', '<0.001', '–')
    """
    if p_value is None:
        return MISSING
    return f"<{SMALLEST_P}" if p_value < SMALLEST_P else f"{p_value:.3f}"


def p_words(p_value: float) -> str:
    """A p value inside a sentence: "p = 0.031", "p < 0.001"."""
    text = p_text(p_value)
    return f"p {text[0]} {text[1:]}" if text.startswith("<") else f"p = {text}"


def _typeset(number: str) -> str:
    """The number with a minus sign in place of a hyphen, and no negative zero."""
    if float(number) == 0:
        number = number.lstrip("-+")
    return number.replace("-", MINUS)
