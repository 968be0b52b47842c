"""Numbers in words, the same in texts, tables, pages and figures; unrounded ones are in the CSV and JSON files."""

from collections.abc import Iterable

from radiogene.evaluation.measure import Interval, Measure

MISSING = "–"
"""Printed where there is no number."""

MINUS = "−"

SMALLEST_P = 0.001
"""Smaller p values are printed as below it."""


def value_text(value: float | None, digits: int = 3, *, missing: str = MISSING) -> str:
    """The value with so many decimals, or what is printed where there is none.

    >>> value_text(0.81249), value_text(3.14159, 1), value_text(None)
    ('0.812', '3.1', '–')
    """
    return missing if value is None else f"{value:.{digits}f}"


def values_text(values: Iterable[float], digits: int, between: str = ", ") -> str:
    """Several values with so many decimals: "50.8, -97.2, -369.5"."""
    return between.join(value_text(value, digits) for value in values)


def range_text(low: float, high: float, digits: int = 3) -> str:
    """Both ends of an interval or a spread: "0.731 to 0.893"."""
    return f"{value_text(low, digits)} to {value_text(high, digits)}"


def measure_text(measure: Measure, digits: int = 3, *, undefined: str | None = None) -> str:
    """A measure with its 95% interval, where it has one: "0.812 (0.731 to 0.893)".

    Args:
        measure: to print.
        digits: decimals.
        undefined: printed where the measure has no value; the reason in brackets where None.
    """
    if measure.value is None:
        return f"- ({measure.reason})" if undefined is None else undefined
    interval = measure.interval
    words = value_text(measure.value, digits)
    return words if interval is None else f"{words} ({range_text(interval.low, interval.high, digits)})"


def percent(share: float, digits: int = 1) -> str:
    """A share from 0 to 1 with its sign: "86.6%".

    >>> percent(0.8656), percent(1.0, digits=0)
    ('86.6%', '100%')
    """
    return f"{share:.{digits}%}"


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


def percent_value(measure: Measure | None) -> str:
    """The measure's value in percent, or a dash."""
    return MISSING if measure is None or measure.value is None else percent_number(measure.value)


def percent_interval(measure: Measure | None, *, signed: bool = False) -> str:
    """The measure's interval in percent: "72.1 to 88.4"; empty where there is none."""
    if measure is None or measure.interval is None:
        return ""
    return percent_range(measure.interval, signed=signed)


def percent_range(interval: Interval, *, signed: bool = False) -> str:
    """Both ends in percent, or in signed percentage points."""
    number = signed_points if signed else percent_number
    return f"{number(interval.low)} to {number(interval.high)}"


def p_text(p_value: float | None, *, missing: str = MISSING) -> str:
    """A p value with three decimals.

    >>> p_text(0.0312), p_text(0.0002), p_text(None)
    ('0.031', '<0.001', '–')
    """
    return f"<{SMALLEST_P}" if p_value is not None and p_value < SMALLEST_P else value_text(p_value, missing=missing)


def p_words(p_value: float) -> str:
    """A p value inside a sentence: "p = 0.031", "p < 0.001"."""
    text = p_text(p_value)
    return f"p {text[0]} {text[1:]}" if text.startswith("<") else f"p = {text}"


def _typeset(number: str) -> str:
    """The number with a minus sign in place of a hyphen, and no negative zero."""
    if float(number) == 0:
        number = number.lstrip("-+")
    return number.replace("-", MINUS)
