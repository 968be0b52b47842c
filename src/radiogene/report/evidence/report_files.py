"""The report of an experiment as files: the page, its tables, its figures, its checklists and its methods text."""

import json
import re
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from radiogene.errors import SettingsError
from radiogene.report.embedded_image import image_ending
from radiogene.report.evidence.evidence_report import EvidenceFigure, EvidenceReport
from radiogene.report.evidence.methods_text import methods_text
from radiogene.report.evidence.report_page import CHECKLISTS, report_page
from radiogene.report.evidence.table_csv import plain_table_csv, table_csv
from radiogene.report.evidence.table_latex import table_latex
from radiogene.report.table_one_text import table_one_csv, table_one_latex
from radiogene.storage.atomic_files import atomic_path, write_json, write_text

PAGE_FILE = "report.html"
METHODS_FILE = "methods.txt"
TABLES_FOLDER = "tables"
FIGURES_FOLDER = "figures"
TABLE_ONE = "table1"

SAFE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def write_report(report: EvidenceReport, out: Path) -> None:
    """Writes `report.html`, `methods.txt`, `tables/`, `figures/` and the checklists into a folder.

    `tables/NAME.csv`, `.tex` and `.json` hold each table; the CSV and JSON are not rounded. Tables of the supplement
    are CSV alone. `figures/NAME.svg` or `.png` hold each image. `tripod_ai.csv`, `stard_ai.csv`, `claim.csv` and
    `probast_ai.csv` hold the checklists.
    The page comes last, so that it never stands beside older tables of its own.

    Args:
        report: of an experiment.
        out: the folder; other files in it stay.

    Raises:
        SettingsError: two tables or two figures of one name, a name that is no file's, a figure that is no image.
    """
    _require_names([TABLE_ONE, *(table.name for table in report.tables), *(e.name for e in report.supplement)], "table")
    figures = [*report.figures, *(figure for entry in report.supplement for figure in entry.figures)]
    _require_names([figure.name for figure in figures], "figure")
    page = report_page(report)
    _write_tables(report, out / TABLES_FOLDER)
    _write_figures(figures, out / FIGURES_FOLDER)
    for checklist in CHECKLISTS:
        write_text(out / f"{checklist.name}.csv", plain_table_csv(checklist.filled(report)))
    write_text(out / METHODS_FILE, methods_text(report.manifest, report.tables))
    write_text(out / PAGE_FILE, page)


def _write_tables(report: EvidenceReport, folder: Path) -> None:
    if report.table_one is not None:
        write_text(folder / f"{TABLE_ONE}.csv", table_one_csv(report.table_one, beside_paper=True))
        write_text(folder / f"{TABLE_ONE}.tex", table_one_latex(report.table_one, beside_paper=True))
        write_json(folder / f"{TABLE_ONE}.json", json.loads(json.dumps(asdict(report.table_one))))
    for table in report.tables:
        write_text(folder / f"{table.name}.csv", table_csv(table))
        write_text(folder / f"{table.name}.tex", table_latex(table, synthetic=report.synthetic))
        write_json(folder / f"{table.name}.json", {"synthetic": report.synthetic, **table.to_json()})
    for entry in report.supplement:
        if entry.table is not None:
            write_text(folder / f"{entry.name}.csv", plain_table_csv(entry.table))


def _write_figures(figures: list[EvidenceFigure], folder: Path) -> None:
    for figure in figures:
        if figure.content:
            with atomic_path(folder / f"{figure.name}.{image_ending(figure.name, figure.content)}") as path:
                path.write_bytes(figure.content)


def _require_names(names: list[str], kind: str) -> None:
    """Refuses names that are no plain file names, or that stand twice."""
    for name, times in Counter(names).items():
        if not SAFE_NAME.fullmatch(name):
            raise SettingsError(
                f"The name {name!r} of a {kind}: lower-case letters, digits, - and _ were expected, as it names files."
            )
        if times > 1:
            raise SettingsError(f"{times} {kind}s are named {name!r}; each must have a name of its own.")
