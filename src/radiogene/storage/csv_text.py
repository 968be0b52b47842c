"""Tables as CSV text whose cells no spreadsheet runs, and such cells as they were.

A spreadsheet takes a cell that begins with one of a few signs for a formula, also where it came from a hospital's
table: an apostrophe before it makes it text. Readers of this package take that apostrophe away again.

Source: OWASP, "CSV Injection".
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

FORMULA = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"[+\-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+\-]?\d+)?")
GUARDED = re.compile(r"'[=+\-@\t\r]")


def safe_cell(value: object) -> object:
    """The value; text that a spreadsheet would run has an apostrophe before it.

    Args:
        value: of a cell; None is an empty one. Numbers, also written as text, stay.
    """
    if value is None:
        return ""
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value.strip()):
        return f"'{value}"
    return value


def plain_cell(text: str) -> str:
    """The text that `safe_cell` was given, of the text that it gave."""
    return text[1:] if GUARDED.match(text) and not NUMBER.fullmatch(text[1:].strip()) else text


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows of cells as CSV, each line with its end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue()
