"""What the tests of each table say in a sentence per gene: a table with tests is never passed over in silence."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiogene.report.evidence.answer import SIGNIFICANCE
from radiogene.report.evidence.evidence_table import EvidenceTable, TableRow
from radiogene.report.evidence.manifest_facts import words_of
from radiogene.storage.plain_words import counted


@dataclass(frozen=True)
class TableAnswer:
    """The comparisons of one table and gene.

    Attributes:
        table: its name.
        title: of the table, in words.
        gene: which gene.
        sentence: what they say after Holm's adjustment, or why they say nothing.
    """

    table: str
    title: str
    gene: str
    sentence: str


def table_answers(tables: Sequence[EvidenceTable]) -> tuple[TableAnswer, ...]:
    """A sentence per table and gene that compares anything with MMDL, in the tables' order.

    Args:
        tables: of an experiment.
    """
    found = []
    for table in tables:
        of_gene: dict[str, list[tuple[str, TableRow]]] = {}
        several = len(table.blocks) > len({block.gene for block in table.blocks})
        for block in table.blocks:
            for row in block.rows:
                if row.comparison is not None:
                    label = (
                        f"{row.label} ({block.heading.removeprefix(block.gene).strip(' ()')})" if several else row.label
                    )
                    of_gene.setdefault(block.gene, []).append((label, row))
        found += [TableAnswer(table.name, table.title, gene, _sentence(rows)) for gene, rows in of_gene.items()]
    return tuple(found)


def _sentence(rows: Sequence[tuple[str, TableRow]]) -> str:
    """What the comparisons of one table and gene say."""
    tested = [(label, row) for label, row in rows if row.comparison is not None and row.comparison.p_holm is not None]
    if not tested:
        return f"Nothing is tested: {_why_not(rows)}."
    above: list[str] = []
    below: list[str] = []
    for label, row in tested:
        comparison = row.comparison
        if comparison is None or comparison.p_holm is None or comparison.p_holm >= SIGNIFICANCE:
            continue
        value = comparison.difference.value or 0.0
        (above if value > 0 else below).append(label)
    words = [f"above that of {words_of(above)}"] if above else []
    words += [f"below that of {words_of(below)}"] if below else []
    left = len(tested) - len(above) - len(below)
    untested = len(rows) - len(tested)
    without = f" {counted(untested, 'row has', 'rows have')} no test." if untested else ""
    if not words:
        return f"MMDL's AUC cannot be told from that of {_rows_tested(left)}.{without}"
    rest = f"; it cannot be told from that of the other {counted(left, 'row', 'rows')} tested" if left else ""
    return f"MMDL's AUC is {' and '.join(words)}{rest}.{without}"


def _rows_tested(number: int) -> str:
    """The rows of which none differs."""
    return "the one row tested" if number == 1 else f"any of the {number} rows tested"


def _why_not(rows: Sequence[tuple[str, TableRow]]) -> str:
    """The reasons of comparisons without a test, each once."""
    reasons = dict.fromkeys(
        (row.comparison.difference.reason or "the difference has no test").rstrip(".")
        for _, row in rows
        if row.comparison is not None
    )
    return "; ".join(reasons)
