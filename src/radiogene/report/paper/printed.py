"""One of the paper's tables of measures as it stands in print."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

PERCENT = ("auc", "accuracy", "sensitivity", "specificity", "f1")
"""Columns of Tables 2, 3, 5, 7 and 8, in their order; keys of `report/evidence/evidence_table.py::COLUMNS`."""

PRINTED_DIGITS = 6
"""Decimals of a share made from a printed number; more than any table prints."""


class PaperCohort(StrEnum):
    """Whose patients a table of the paper is about."""

    TRAINING = "training"
    EXTERNAL = "validation"


@dataclass(frozen=True)
class PrintedTable:
    """A table's numbers, as shares from 0 to 1.

    Attributes:
        name: `table2` ...
        cohort: whose patients it is about.
        ours: the row of MMDL, per gene the same; with the task where the table has tasks.
        rows: by gene and row as printed, the row's figures by column key; a figure that is not printed is absent.
    """

    name: str
    cohort: PaperCohort
    ours: str
    rows: Mapping[tuple[str, str], Mapping[str, float]]


def percent_rows(
    gene: str, lines: Mapping[str, tuple[float, ...]], columns: tuple[str, ...] = PERCENT
) -> dict[tuple[str, str], dict[str, float]]:
    """Rows of one gene as shares.

    Args:
        gene: whose block it is.
        lines: by row, its printed percentages in the order of the columns.
        columns: keys.
    """
    return {
        (gene, row): {key: share_of(number) for key, number in zip(columns, numbers, strict=True)}
        for row, numbers in lines.items()
    }


def share_of(percent: float) -> float:
    """A printed percentage as a share, without the noise of a division.

    >>> share_of(71.29)
    0.7129
    """
    return round(percent / 100, PRINTED_DIGITS)
