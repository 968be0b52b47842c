"""Dates of a column, whose order of day and month is decided once for all of them, never cell by cell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

PLAIN = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d")
POINTS = ("%d.%m.%Y",)
"""With points, dates are written day first everywhere."""

DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y")


@dataclass(frozen=True)
class DateColumn:
    """How the dates of a column are read.

    Attributes:
        formats: all that are believed.
        is_unclear: True where dates could be read day first and month first, and no cell tells which.
    """

    formats: tuple[str, ...]
    is_unclear: bool

    @classmethod
    def of(cls, texts: Iterable[str]) -> "DateColumn":
        """The reading that fits every cell.

        Args:
            texts: the cells that hold something.
        """
        others = [text for text in texts if _read(text, (*PLAIN, *POINTS)) is None]
        days = [_read(text, DAY_FIRST) for text in others]
        months = [_read(text, MONTH_FIRST) for text in others]
        if None not in days and None not in months:
            return cls((*PLAIN, *POINTS, *(DAY_FIRST if days == months else ())), days != months)
        # A cell that is no date in either order says nothing; one that is a date in one order alone decides.
        by_day = any(day is not None and month is None for day, month in zip(days, months, strict=True))
        by_month = any(month is not None and day is None for day, month in zip(days, months, strict=True))
        if by_day and by_month:
            return cls((*PLAIN, *POINTS), True)
        if not (by_day or by_month):
            return cls((*PLAIN, *POINTS), any(day is not None for day in days))
        return cls((*PLAIN, *POINTS, *(DAY_FIRST if by_day else MONTH_FIRST)), False)

    def read(self, text: str) -> date | None:
        """The date of a cell; None for other text."""
        return _read(text, self.formats)


def _read(text: str, formats: Iterable[str]) -> date | None:
    """The date in the first format that fits."""
    for form in formats:
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    return None
