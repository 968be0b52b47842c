"""A table of text cells, from delimited text or an Excel workbook: a header and records, each with its line."""

import codecs
import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from radiogene.cohort.table.excel_table import XLSX_OR_CSV, is_workbook, workbook_rows
from radiogene.cohort.table.problem import CohortTableError, Problem
from radiogene.storage.csv_text import plain_cell
from radiogene.storage.place import ObjectPlace, Place
from radiogene.storage.regular_file import read_file

LARGEST_TABLE_BYTES = 100 * 1024 * 1024
"""A cohort of 10,000 patients with 1,000 further columns is smaller."""

LARGEST_IN_WORDS = f"a table of at most {LARGEST_TABLE_BYTES // 1024**2} MB"

MOST_ROWS = 100_000
"""Nodules of a cohort; each is a scan of some 100 MB."""

MOST_COLUMNS = 10_000

DELIMITERS = (",", ";", "\t")
SEPARATOR_LINE = re.compile(r"sep=([,;\t])\r?\n")
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Record:
    """One record: the line of the file that it starts on (1 is the header's usual place) and its cells, stripped."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class DelimitedText:
    """The header, not stripped, and the records that are not blank."""

    header: Record
    records: tuple[Record, ...]


def read_delimited_text(path: Place, file: str, expected_columns: Iterable[str]) -> DelimitedText:
    """The header and records of a table: an Excel workbook (.xlsx), or UTF-8 separated by comma, semicolon or tab.

    A workbook is known by its content; see `workbook_rows`. Text may have a byte order mark.

    Args:
        path: the file, or its address on object storage.
        file: what to call it in problems.
        expected_columns: names of which the header should hold some; they tell which delimiter is meant.

    Raises:
        StorageError: object storage cannot be used.
        CohortTableError: the file is missing, unreadable, larger than 100 MB, empty, not UTF-8 text, or not delimited
            text (a stray quote); or as for `workbook_rows`.
    """
    content = _bytes(path, file)
    if is_workbook(content):
        records = [Record(row.number, row.cells) for row in workbook_rows(content, file)]
    else:
        records = _text_records(_decoded(content, file), file, expected_columns)
    header, *body = records
    if len(body) > MOST_ROWS:
        raise _refusal(file, None, f"{len(body):,} rows", f"at most {MOST_ROWS:,}: one row per nodule")
    return DelimitedText(
        header, tuple(Record(record.line, tuple(plain_cell(cell.strip()) for cell in record.cells)) for record in body)
    )


def _text_records(text: str, file: str, expected_columns: Iterable[str]) -> list[Record]:
    """The records that are not blank, the header first, as they are."""
    # Excel's own word for the separator, which it writes above the header.
    excel = SEPARATOR_LINE.match(text)
    lines = text[excel.end() if excel else 0 :].splitlines()
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise _refusal(file, None, "an empty file", "a header line and one line per nodule")
    delimiter = excel[1] if excel else _delimiter(first, set(expected_columns))
    widest = max(range(len(lines)), key=lambda n: lines[n].count(delimiter))
    if (separators := lines[widest].count(delimiter)) > MOST_COLUMNS:
        wanted = f"at most {MOST_COLUMNS:,} columns"
        raise _refusal(file, widest + 1 + bool(excel), f"{separators:,} separators in one line", wanted)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[Record] = []
    line = 1
    try:
        for cells in reader:
            if excel and line == 1:
                line = 2
                continue
            if any(cell.strip() for cell in cells):
                records.append(Record(line, tuple(cells)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _refusal(file, line, f"text that ends the table there ({error})", "every quote closed") from error
    return records


def _refusal(file: str, line: int | None, found: str, wanted: str) -> CohortTableError:
    """The refusal with this one problem."""
    return CohortTableError([Problem(file, line, None, found, wanted)])


def _bytes(path: Place, file: str) -> bytes:
    """The file's bytes."""
    if isinstance(path, ObjectPlace):
        return _object_bytes(path, file)
    try:
        if path.is_dir():
            raise _refusal(file, None, "a folder", "the path of a CSV or .xlsx file")
        size = path.stat().st_size
        if size > LARGEST_TABLE_BYTES:
            raise _refusal(file, None, f"{size / 1024**2:.0f} MB", LARGEST_IN_WORDS)
        return read_file(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal(file, None, f"no readable file ({reason})", "the path of a CSV or .xlsx file") from error


def _object_bytes(place: ObjectPlace, file: str) -> bytes:
    """The bytes of a table on object storage."""
    content = place.read(largest_bytes=LARGEST_TABLE_BYTES)
    if content is None:
        raise _refusal(file, None, "no such object", "the address of a CSV or .xlsx file")
    if len(content) > LARGEST_TABLE_BYTES:
        raise _refusal(file, None, "a longer object", LARGEST_IN_WORDS)
    return content


def _decoded(content: bytes, file: str) -> str:
    """The text of UTF-8 bytes, without the byte order mark."""
    if content.startswith(UTF16_MARKS) or b"\0" in content:
        raise _refusal(file, None, "an old spreadsheet, UTF-16 or other binary file", XLSX_OR_CSV)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        # Guessing Latin-1 could turn a file name or an id into another one; the user knows the encoding.
        raise _refusal(
            file, line, f"byte 0x{content[error.start]:02X}, which is not UTF-8", "the table saved as CSV in UTF-8"
        ) from error


def _delimiter(header: str, expected: set[str]) -> str:
    """The delimiter by which the header holds most expected names; then the one that splits it most; then the comma."""

    def score(delimiter: str) -> tuple[int, int]:
        names = [name.strip().strip('"') for name in header.split(delimiter)]
        return len(expected.intersection(names)), len(names)

    return max(DELIMITERS, key=score)
