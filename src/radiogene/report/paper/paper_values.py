"""The figures that the paper prints in Tables 2 to 8, to stand beside ours; facts, with what contradicts itself."""

from radiogene.errors import SettingsError
from radiogene.report.paper.contradictions import TABLE_1_BALANCE, contradictions
from radiogene.report.paper.deep_methods import TABLE_4
from radiogene.report.paper.other_methods import TABLE_6
from radiogene.report.paper.personal_information import TABLE_7, TABLE_8
from radiogene.report.paper.printed import PrintedTable
from radiogene.report.paper.traditional_methods import TABLE_2, TABLE_3
from radiogene.report.paper.view_combinations import TABLE_5

PAPER = "Dong et al., Quant Imaging Med Surg 2021;11(6):2354-2375, doi 10.21037/qims-20-600"

PAPER_TABLES: dict[str, PrintedTable] = {
    table.name: table for table in (TABLE_2, TABLE_3, TABLE_4, TABLE_5, TABLE_6, TABLE_7, TABLE_8)
}
"""By name."""

PAPER_VALUES: dict[str, dict[tuple[str, str, str], float]] = {
    name: {
        (gene, row, column): share for (gene, row), figures in table.rows.items() for column, share in figures.items()
    }
    for name, table in PAPER_TABLES.items()
}
"""Per table, shares from 0 to 1 by gene, row as printed, and column key of `COLUMNS`."""


def paper_row(table: str, gene: str, row: str) -> dict[str, float]:
    """The paper's figures of one row by column key: what `TableRow.paper` holds. Empty for a gene it does not print.

    Args:
        table: `table2` ... `table8`.
        gene: EGFR or KRAS; the paper has no others.
        row: as printed; of Table 4 `VGG16, single-task`, of Table 6 the letter.

    Raises:
        SettingsError: no such table, or a row that it does not print for this gene.
    """
    found = _table(table).rows
    if not any(printed == gene for printed, _ in found):
        return {}
    if (gene, row) not in found:
        rows = "; ".join(printed for of_gene, printed in found if of_gene == gene)
        raise SettingsError(f"The paper's {table} prints no row {row!r} for {gene}: expected one of {rows}.")
    return dict(found[gene, row])


def paper_notes(table: str, gene: str, row: str) -> tuple[str, ...]:
    """What cannot be true of the paper's figures of one row, in sentences: part of `TableRow.notes`.

    Table 6 is about patients of other studies, whose class balance the paper does not print: no note.

    Args:
        table: `table2` ... `table8`.
        gene: EGFR or KRAS.
        row: as printed, as in `paper_row`.

    Raises:
        SettingsError: as `paper_row`.
    """
    figures = paper_row(table, gene, row)
    printed = _table(table)
    balance = TABLE_1_BALANCE.get((printed.cohort, gene))
    if balance is None or (printed is TABLE_6 and row != printed.ours):
        return ()
    return contradictions(figures, balance)


def _table(name: str) -> PrintedTable:
    if name not in PAPER_TABLES:
        raise SettingsError(f"No table of measures {name!r} in the paper: expected one of {', '.join(PAPER_TABLES)}.")
    return PAPER_TABLES[name]
