"""A table of evidence as LaTeX: booktabs, three lines per row: value, interval, the paper's figure."""

from radiogene.report.evidence.evidence_table import EvidenceTable
from radiogene.report.evidence.printed_rows import TESTS, PrintedEvidence, PrintedRow, printed_evidence
from radiogene.report.latex_text import latex_text

HEAD = "% Needs \\usepackage{booktabs}; figures in percent, differences in percentage points."
SMALL = r"\scriptsize"

COUNTS_NOTE = "n: patients with a known label; beneath it, mutants."


def table_latex(table: EvidenceTable, *, synthetic: bool = False) -> str:
    """The table as a `table*` environment with caption, label and notes; needs the package booktabs alone.

    Args:
        table: of an experiment.
        synthetic: whether the caption says that no patient exists.
    """
    printed = printed_evidence(table)
    width = 2 + len(printed.columns) + (1 + len(TESTS) if printed.compared else 0)
    caption = ("SYNTHETIC patients. " if synthetic else "") + table.title.rstrip(".") + "."
    lines = [
        HEAD,
        r"\begin{table*}",
        r"\centering\footnotesize\setlength{\tabcolsep}{3pt}",
        rf"\caption{{{latex_text(caption)}}}",
        rf"\label{{tab:{''.join(c for c in table.name if c.isalnum())}}}",
        rf"\begin{{tabular}}{{l{'r' * (width - 1)}}}",
        r"\toprule",
        _line(_headings(printed)),
        r"\midrule",
    ]
    for number, block in enumerate(printed.blocks):
        lines += [r"\addlinespace"] if number else []
        lines.append(rf"\multicolumn{{{width}}}{{l}}{{\textit{{{latex_text(block.heading)}}}}} \\")
        for row in block.rows:
            lines += [_line(cells) for cells in _row(row, printed)]
    lines += [r"\bottomrule", r"\end{tabular}", "", r"\raggedright\scriptsize"]
    lines += [rf"\textsuperscript{{{n}}}~{latex_text(text)}\par" for n, text in enumerate(printed.marked, start=1)]
    lines += [latex_text(note) + r"\par" for note in (COUNTS_NOTE, *printed.notes)]
    return "\n".join([*lines, r"\end{table*}"]) + "\n"


def _headings(printed: PrintedEvidence) -> list[str]:
    words = ["", "$n$", *map(latex_text, printed.columns)]
    return words + ([r"MMDL $-$ row", *map(latex_text, TESTS)] if printed.compared else [])


def _row(row: PrintedRow, printed: PrintedEvidence) -> list[list[str]]:
    """Up to three lines of cells: values; intervals; the paper's figures."""
    # A bracket or star after the end of a line would be an argument of it.
    label = "{}" + latex_text(row.label) + _marks(row.marks)
    cells = [*row.cells, row.difference] if printed.compared else list(row.cells)
    tests = list(map(latex_text, row.tests)) if printed.compared else []
    lines = [[label, latex_text(row.patients), *(latex_text(c.value) + _marks(c.marks) for c in cells), *tests]]
    blank = [""] * len(tests)
    if any(cell.interval for cell in cells):
        lines.append(["", _small(row.mutants), *(_small(cell.interval) for cell in cells), *blank])
    if any(cell.paper for cell in cells):
        lines.append([rf"\quad{{{SMALL} paper}}", "", *(_small(cell.paper) for cell in cells), *blank])
    return lines


def _small(text: str) -> str:
    return f"{{{SMALL} {latex_text(text)}}}" if text else ""


def _marks(marks: tuple[int, ...]) -> str:
    return rf"\textsuperscript{{{','.join(map(str, marks))}}}" if marks else ""


def _line(cells: list[str]) -> str:
    return " & ".join(cells) + r" \\"
