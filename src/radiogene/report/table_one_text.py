"""Table 1 as text, CSV and LaTeX."""

from dataclasses import dataclass

from radiogene.cohort.table_one.paper_values import PAPER_CELLS, PAPER_HEADINGS
from radiogene.cohort.table_one.table_one import TableOne
from radiogene.report.latex_text import latex_text
from radiogene.report.numbers import p_text
from radiogene.storage.csv_text import csv_text

PERCENT_NOTE = (
    "Percentages are of all patients of a cohort; tests leave unknown values out and are two-sided, uncorrected."
)
PAPER_NOTE = "The paper's columns are as printed (127 of 363 is 35%; 1 and 138 do not make 162)."
SYNTHETIC_NOTE = "SYNTHETIC: none of these patients exists."


@dataclass(frozen=True)
class TableOneGrid:
    """The table as cells: (section or line, is it a section, cells), and its notes."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, bool, tuple[str, ...]], ...]
    notes: tuple[str, ...]


def table_one_text(table: TableOne, *, beside_paper: bool = False) -> str:
    """The table in columns for the terminal, with its tests beneath.

    Args:
        table: the table.
        beside_paper: whether the paper's two columns stand beside it.
    """
    grid = table_one_grid(table, beside_paper)
    labels = [label if is_section else f"  {label}" for label, is_section, _ in grid.rows]
    first = max(map(len, labels))
    widths = [
        max(len(heading), *(len(cells[k]) for _, _, cells in grid.rows)) for k, heading in enumerate(grid.headings)
    ]

    def line(label: str, cells: tuple[str, ...]) -> str:
        return "  ".join([label.ljust(first), *(c.ljust(w) for c, w in zip(cells, widths, strict=True))]).rstrip()

    lines = [line("", grid.headings)]
    lines += [line(label, cells) for label, (_, _, cells) in zip(labels, grid.rows, strict=True)]
    return "\n".join([*lines, "", *grid.notes])


def table_one_csv(table: TableOne, *, beside_paper: bool = False) -> str:
    """The table as CSV: section, line, a column per cohort, then p and test of two; see `table_one_text`."""
    rows: list[list[str]] = []
    two = len(table.headings) == 2
    rows.append(
        ["characteristic", "level", *table.headings, *(PAPER_HEADINGS if beside_paper else ())]
        + (["p", "test", "compared"] if two else [])
    )
    for section in table.sections:
        for number, line in enumerate(section.lines):
            paper = PAPER_CELLS.get((section.name, line.word), ("", "")) if beside_paper else ()
            tested = ["", "", ""]
            if number == 0 and section.difference is not None:
                p = section.difference.p
                tested = [
                    section.difference.reason if p is None else f"{p:.4g}",
                    section.difference.test,
                    section.compared,
                ]
            rows.append([section.name, line.word, *line.cells, *paper, *(tested if two else [])])
    return csv_text(rows)


def table_one_latex(table: TableOne, *, beside_paper: bool = False) -> str:
    """The table as a LaTeX `tabular` without further packages; see `table_one_text`."""
    grid = table_one_grid(table, beside_paper)
    lines = [rf"\begin{{tabular}}{{l{'l' * len(grid.headings)}}}", r"\hline"]
    lines += [" & ".join(["", *map(latex_text, grid.headings)]) + r" \\", r"\hline"]
    for label, is_section, cells in grid.rows:
        word = latex_text(label) if is_section else rf"\quad {latex_text(label)}"
        lines.append(" & ".join([word, *map(latex_text, cells)]) + r" \\")
    lines += [r"\hline", r"\end{tabular}"]
    return "\n".join([*lines, *(f"% {note}" for note in grid.notes)]) + "\n"


def table_one_grid(table: TableOne, beside_paper: bool) -> TableOneGrid:
    """The cells of text, LaTeX and HTML; a section's p value stands in its own row.

    Args:
        table: the table.
        beside_paper: whether the paper's two columns stand beside it.
    """
    two = len(table.headings) == 2
    headings = table.headings + (PAPER_HEADINGS if beside_paper else ()) + (("p",) if two else ())
    rows: list[tuple[str, bool, tuple[str, ...]]] = []
    for section in table.sections:
        empty = ("",) * (len(headings) - two)
        tested = None if section.difference is None else section.difference.p
        p = (p_text(tested, missing="-"),) if two else ()
        rows.append((section.name, True, empty + p))
        for line in section.lines:
            paper = PAPER_CELLS.get((section.name, line.word), ("", "")) if beside_paper else ()
            rows.append((line.word, False, line.cells + paper + (("",) if two else ())))
    notes = [SYNTHETIC_NOTE] if table.synthetic else []
    notes.append(PERCENT_NOTE if two else PERCENT_NOTE.partition(";")[0] + ".")
    for section in table.sections:
        if section.difference is not None:
            why = f": {section.difference.reason}" if section.difference.reason else ""
            notes.append(f"{section.name} ({section.compared}): {section.difference.test}{why}.")
    if table.shared_patients:
        notes.append(f"{table.shared_patients} identifiers stand in both cohorts; the tests take them for different.")
    return TableOneGrid(headings, tuple(rows), (*notes, *((PAPER_NOTE,) if beside_paper else ())))
