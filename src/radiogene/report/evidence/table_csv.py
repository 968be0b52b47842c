"""A table of evidence as CSV: one line per row, unrounded."""

from typing import Any

from radiogene.evaluation.measure import Measure
from radiogene.report.evidence.evidence_report import PlainTable
from radiogene.report.evidence.evidence_table import EvidenceTable, TableBlock, TableRow
from radiogene.storage.csv_text import csv_text

BEFORE = ("block", "gene", "row", "patients", "mutants")
PER_MEASURE = ("", "_low", "_high", "_interval", "_paper")
"""Ends of the columns of one measure: value, both ends of the interval, how it was made, the paper's figure."""

AFTER = (
    "auc_difference_to_mmdl",
    "auc_difference_low",
    "auc_difference_high",
    "compared_patients",
    "p_value",
    "p_holm",
    "p_mcnemar",
    "test",
    "rests_on",
    "notes",
    "reason",
)


def table_csv(table: EvidenceTable) -> str:
    """The table as CSV: shares from 0 to 1, not rounded; what does not exist is an empty cell.

    Args:
        table: of an experiment.
    """
    lines: list[tuple[Any, ...]] = [(*BEFORE, *(f"{key}{end}" for key in table.columns for end in PER_MEASURE), *AFTER)]
    lines += [_line(table, block, row) for block in table.blocks for row in block.rows]
    return _written(lines)


def plain_table_csv(table: PlainTable) -> str:
    """A table of words as CSV.

    Args:
        table: headings and rows.
    """
    return _written([table.headings, *table.rows])


def _line(table: EvidenceTable, block: TableBlock, row: TableRow) -> tuple[Any, ...]:
    """One row; numbers as Python writes them, which reads back to the same number."""
    cells: list[Any] = []
    for key in table.columns:
        measure = row.measures.get(key)
        method = "" if measure is None or measure.interval is None else measure.interval.method
        cells += [*_numbers(measure), method, row.paper.get(key)]
    comparison = row.comparison
    after: tuple[Any, ...] = (None,) * 8
    if comparison is not None:
        after = (
            *_numbers(comparison.difference),
            comparison.patients,
            comparison.p_value,
            comparison.p_holm,
            comparison.p_mcnemar,
            comparison.test,
        )
    counts = (row.patients, row.mutants) if row.measures else (None, None)
    reasons = [row.reason] if row.reason else []
    reasons += [f"{key}: {row.measures[key].reason}" for key in table.columns if _reason(row, key)]
    words = (row.rests_on, " | ".join(row.notes), " | ".join(reasons))
    return (block.heading, block.gene, row.label, *counts, *cells, *after, *words)


def _numbers(measure: Measure | None) -> tuple[float | None, float | None, float | None]:
    """Value, low, high."""
    if measure is None:
        return (None, None, None)
    interval = measure.interval
    return (measure.value, *((None, None) if interval is None else (interval.low, interval.high)))


def _reason(row: TableRow, key: str) -> str:
    measure = row.measures.get(key)
    return "" if measure is None else measure.reason


def _written(lines: list[tuple[Any, ...]]) -> str:
    return csv_text(lines)
