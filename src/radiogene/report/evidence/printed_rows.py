"""A table of evidence as cells of words with numbered notes, which LaTeX and HTML print alike, and as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from radiogene.evaluation.measure import Measure
from radiogene.report.evidence.evidence_table import CONDITIONAL, HEADINGS, EvidenceTable, RowComparison, TableRow
from radiogene.report.numbers import (
    MISSING,
    p_text,
    percent_interval,
    percent_number,
    percent_value,
    signed_points,
)
from radiogene.report.page import render_page

TESTS = ("p", "Holm", "McNemar")
"""Headings of the columns after the difference: of the AUCs, the same adjusted, of the calls."""


@dataclass(frozen=True)
class PrintedCell:
    """One measure of one row.

    Attributes:
        value: in percent, or a dash.
        interval: in percent; empty where there is none.
        paper: the paper's figure in percent; empty where it has none.
        marks: numbers of notes.
    """

    value: str
    interval: str = ""
    paper: str = ""
    marks: tuple[int, ...] = ()


@dataclass(frozen=True)
class PrintedRow:
    """One row.

    Attributes:
        label: as printed.
        marks: numbers of notes that hold for the row.
        patients, mutants: behind the measures; dashes in an empty row.
        cells: one per column of the table.
        difference: AUC of MMDL minus that of the row, in percentage points.
        tests: p, Holm's p, McNemar's p.
        empty: True for a row without a result; its reason is among the notes.
    """

    label: str
    marks: tuple[int, ...]
    patients: str
    mutants: str
    cells: tuple[PrintedCell, ...]
    difference: PrintedCell
    tests: tuple[str, ...]
    empty: bool


@dataclass(frozen=True)
class PrintedBlock:
    """The rows under one heading."""

    heading: str
    rows: tuple[PrintedRow, ...]


@dataclass(frozen=True)
class PrintedEvidence:
    """A table in words.

    Attributes:
        columns: headings of its measures.
        blocks: in the table's order.
        marked: notes by number, from 1.
        notes: that hold for the whole table.
        compared: True where any row is compared with MMDL.
        beside_paper: True where any row has figures of the paper.
    """

    columns: tuple[str, ...]
    blocks: tuple[PrintedBlock, ...]
    marked: tuple[str, ...]
    notes: tuple[str, ...]
    compared: bool
    beside_paper: bool


class _Notes:
    """Notes numbered in the order of their first use; equal notes share a number."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def mark(self, text: str) -> int:
        """The number of a note."""
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1


def printed_evidence(table: EvidenceTable) -> PrintedEvidence:
    """The table's cells, rounded, with every reason and note numbered.

    Args:
        table: of an experiment.
    """
    notes = _Notes()
    rows = [row for block in table.blocks for row in block.rows]
    shared = _shared(rows)
    blocks = tuple(
        PrintedBlock(block.heading, tuple(_row(row, table.columns, notes, shared) for row in block.rows))
        for block in table.blocks
    )
    return PrintedEvidence(
        columns=tuple(HEADINGS[key] for key in table.columns),
        blocks=blocks,
        marked=tuple(notes.texts),
        notes=(*_reading(rows), *(f"All rows: {text[:1].lower()}{text[1:]}" for text in shared), *table.notes),
        compared=any(row.comparison is not None for row in rows),
        beside_paper=any(row.paper for row in rows),
    )


def table_html(table: EvidenceTable) -> Markup:
    """The table with its notes as a part of a page, every word escaped.

    Args:
        table: of an experiment.
    """
    values = {"table": table, "printed": printed_evidence(table), "tests": TESTS}
    # The template escapes every value, so its result is markup.
    return Markup(render_page("evidence_table.html.j2", values))


def _shared(rows: Sequence[TableRow]) -> tuple[str, ...]:
    """Notes that all rows with figures have: they hold for the table, and no row is marked with them."""
    filled = [_texts(row) for row in rows if row.measures]
    if len(filled) < 2:
        return ()
    return tuple(text for text in filled[0] if all(text in of_row for of_row in filled[1:]))


def _texts(row: TableRow) -> tuple[str, ...]:
    """A row's own notes in reading order: reason, what it rests on, notes."""
    empty = not row.measures
    texts = [f"No result: {row.reason or 'none was made.'}"] if empty else []
    if row.rests_on and not empty:
        texts.append(f"Rests on: {row.rests_on}.")
    return (*texts, *row.notes)


def _row(row: TableRow, columns: tuple[str, ...], notes: _Notes, shared: tuple[str, ...]) -> PrintedRow:
    """One row; its notes are numbered in reading order: its own, cells, comparison."""
    empty = not row.measures
    marks = tuple(notes.mark(text) for text in _texts(row) if text not in shared)
    cells = tuple(_cell(row.measures.get(key), row.paper.get(key), notes, empty) for key in columns)
    return PrintedRow(
        label=row.label,
        marks=marks,
        patients=MISSING if empty else str(row.patients),
        mutants=MISSING if empty else str(row.mutants),
        cells=cells,
        difference=_difference(row, notes),
        tests=_tests(row.comparison),
        empty=empty,
    )


def _cell(measure: Measure | None, paper: float | None, notes: _Notes, empty: bool) -> PrintedCell:
    """One measure; why a value or interval is missing becomes a note, but in an empty row, which has its own."""
    reason = "" if measure is None or empty else measure.reason
    return PrintedCell(
        percent_value(measure),
        percent_interval(measure),
        "" if paper is None else percent_number(paper),
        (notes.mark(f"{_capital(reason)}."),) if reason else (),
    )


def _difference(row: TableRow, notes: _Notes) -> PrintedCell:
    """AUC of MMDL minus AUC of the row; a note where fewer patients could be compared than the row has."""
    comparison = row.comparison
    if comparison is None:
        return PrintedCell("")
    difference = comparison.difference
    marks = []
    if comparison.patients != row.patients:
        marks.append(notes.mark(f"Compared on the {comparison.patients} patients whom both have."))
    if difference.reason:
        marks.append(notes.mark(f"{_capital(difference.reason)}."))
    value = MISSING if difference.value is None else signed_points(difference.value)
    return PrintedCell(value, percent_interval(difference, signed=True), marks=tuple(marks))


def _tests(comparison: RowComparison | None) -> tuple[str, ...]:
    if comparison is None:
        return ("",) * len(TESTS)
    return tuple(p_text(p) for p in (comparison.p_value, comparison.p_holm, comparison.p_mcnemar))


def _reading(rows: list[TableRow]) -> list[str]:
    """How the table is read: methods of its intervals and tests, as the figures themselves name them."""
    auc: set[str] = set()
    conditional: set[str] = set()
    others: set[str] = set()
    tests: set[str] = set()
    calls = False
    for row in rows:
        for key, measure in row.measures.items():
            if measure.interval is not None:
                used = measure.interval.resamples_used
                named = {"auc": auc, CONDITIONAL: conditional}.get(key, others)
                named.add(measure.interval.method + (f", {used} resamples" if used else ""))
        if row.comparison is not None and row.comparison.test:
            tests.add(row.comparison.test)
            calls |= row.comparison.p_mcnemar is not None
    level = "95% intervals"
    sentences = []
    if auc:
        sentences.append(f"{level} of the AUC: {'; '.join(sorted(auc))}.")
    if conditional:
        sentences.append(
            f"{HEADINGS[CONDITIONAL]}: {'; '.join(sorted(conditional))}; it says how these fitted models do, not what "
            "another training cohort would give."
        )
    if others:
        sentences.append(f"{level} of the other figures: {'; '.join(sorted(others))}.")
    if tests:
        sentences.append(
            f"MMDL − row: difference of AUCs, in percentage points ({'; '.join(sorted(tests))}). Holm: p "
            "adjusted over all comparisons of the table and gene." + (" McNemar: exact, of the calls." if calls else "")
        )
    if any(row.paper for row in rows):
        sentences.append(
            "Paper: the figure of Dong et al. 2021, doi 10.21037/qims-20-600, on other patients, as printed."
        )
    return sentences


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".")
