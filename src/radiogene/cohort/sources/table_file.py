"""Writing rows as a CSV file, whole or not at all, and the places of the files that stand beside a cohort table."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from radiogene.storage.atomic_files import atomic_path
from radiogene.storage.csv_text import safe_cell


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write the rows with these columns; a value that a row lacks, or None, is an empty cell.

    A path that is no text is written with its odd bytes spelled out, so that the table can be read and names it.
    """
    with (
        atomic_path(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([safe_cell(column) for column in columns])
        for row in rows:
            writer.writerow([safe_cell(row.get(column)) for column in columns])


def beside(table: Path, what: str, suffix: str = ".csv") -> Path:
    """The place of a file that belongs to a cohort table: `cohort.exclusions.csv` beside `cohort.csv`."""
    return table.with_name(f"{table.stem}.{what}{suffix}")
