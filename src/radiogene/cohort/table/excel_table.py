"""The one table in an Excel workbook (.xlsx), its cells as text, with a problem for each cell that means nothing.

python-calamine reads the cells; it gives an error such as #N/A, and a formula that was never calculated, as an empty
cell, which would mean an unknown value here. So the sheet's XML is searched for them.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from math import isfinite
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree

from radiogene.cohort.table.problem import CohortTableError, Problem

ZIP_MARK = b"PK\x03\x04"

LARGEST_UNPACKED_BYTES = 512 * 1024**2
"""XML is some ten times as long as the same table in CSV: this is a table of 50 MB."""

LARGEST_CELL_COUNT = 2 * 10**7
"""10,000 patients with 1,000 further columns are half of it; one stray cell in the last corner claims 17 billion."""

MOST_DIGITS = 15
"""Excel keeps so many digits of a number, and zeros for the others."""

WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
RELATION_ID = re.compile(r"\{.*/relationships\}id")

CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br=["']([0-9]{1,7})["']""")
KIND = re.compile(rb"""\bt=["'](\w+)["']""")
VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)<")
FORMULA = re.compile(rb"<(?:\w+:)?f\b")

XLSX_OR_CSV = "an Excel workbook (.xlsx), or the table saved as CSV in UTF-8"
ONE_TABLE = "the table alone in its workbook (hidden sheets do not count), or saved as CSV"


@dataclass(frozen=True)
class SheetRow:
    """One row of a sheet that is not blank: its number as Excel shows it, and its cells as text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class EmptyForALibrary:
    """A cell that the library takes for empty although it is not: its place, from 0, and what it holds."""

    row: int
    column: int
    found: str
    wanted: str


def is_workbook(content: bytes) -> bool:
    """True for the bytes of a zip file, which .xlsx is and text is not."""
    return content.startswith(ZIP_MARK)


def workbook_rows(content: bytes, file: str) -> list[SheetRow]:
    """The rows of the only visible sheet with anything on it, the header first, as wide as what is on them.

    Text stays as it is, with its leading zeros; whole numbers have no decimal point; dates are written as 2020-01-31.

    Args:
        content: of the file.
        file: what to call it in problems.

    Raises:
        CohortTableError: no workbook or a damaged one, too large, several sheets or none, or cells that hold an error,
            a formula without its result, a rounded number, a duration, or are merged.
    """
    # 2 MB that a table in CSV does not need.
    import python_calamine

    parts = _parts(content, file)
    for name, part in parts.items():
        if name.startswith("xl/worksheets/"):
            _refuse_extent(part, file)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        visible = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        sheets = [workbook.get_sheet_by_name(name) for name in visible]
        filled = [sheet for sheet in sheets if any(str(cell).strip() for row in sheet.iter_rows() for cell in row)]
        if len(filled) != 1:
            names = ", ".join(repr(sheet.name) for sheet in filled)
            raise _refusal(
                file, f"{len(filled)} sheets with cells ({names})" if filled else "no filled sheet", ONE_TABLE
            )
        (sheet,) = filled
        values = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
        lost = list(_cells_that_look_empty(parts[_part_of(parts, sheet.name)]))
    except (python_calamine.CalamineError, ElementTree.ParseError, KeyError, ValueError) as error:
        raise _refusal(file, f"a workbook that cannot be read ({_words(error)})", XLSX_OR_CSV) from error
    return _rows(values, merged, lost, file)


def _rows(
    values: Sequence[Sequence[Any]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    lost: Sequence[EmptyForALibrary],
    file: str,
) -> list[SheetRow]:
    """The rows as text.

    Args:
        values: per row of the sheet its cells, as wide as the widest.
        merged: first and last cell of each range, row and column from 0.
        lost: cells that are empty in `values` only.
        file: what to call the table in problems.
    """
    problems: list[Problem] = []
    first = next((number for number, row in enumerate(values) if any(str(cell).strip() for cell in row)), None)
    if first is None:
        raise _refusal(file, "an empty sheet", "a header row and one row per nodule")
    header = [str(cell).strip() for cell in values[first]]

    def note(row: int, column: int, found: str, wanted: str) -> None:
        name = header[column] if column < len(header) and header[column] else _letters(column)
        problems.append(Problem(file, row + 1, name, found, wanted))

    for cell in lost:
        if cell.row >= first:
            note(cell.row, cell.column, cell.found, cell.wanted)
    for (top, left), (bottom, right) in merged:
        if bottom >= first:
            cells = f"{_letters(left)}{top + 1}:{_letters(right)}{bottom + 1}"
            note(
                top,
                left,
                f"merged cells {cells}",
                "every cell filled by itself, because only the first holds the value",
            )
    width = max((column + 1 for column, name in enumerate(header) if name), default=0)
    rows = []
    for number, row in enumerate(values[first:], start=first):
        texts = []
        for column, value in enumerate(row):
            text, problem = _text(value)
            if problem:
                note(number, column, *problem)
            elif text.strip() and column >= width:
                note(number, column, repr(text), "a name in the header, or an empty cell")
            texts.append(text)
        if any(text.strip() for text in texts[:width]):
            rows.append(SheetRow(number + 1, tuple(texts[:width] + [""] * (width - len(texts)))))
    if problems:
        raise CohortTableError(sorted(problems, key=lambda problem: problem.row or 0))
    return rows


def _text(value: Any) -> tuple[str, tuple[str, str] | None]:
    """A cell as text, and what is found and wanted where it has no text of its own."""
    if isinstance(value, str):
        return value, None
    if isinstance(value, bool):
        return str(value).upper(), None
    if isinstance(value, int | float):
        if not isfinite(value) or (abs(value) >= 10**MOST_DIGITS and value == int(value)):
            wanted = f"a text, because Excel keeps {MOST_DIGITS} digits of a number only"
            return "", (f"the number {value:g}", wanted)
        return (str(int(value)) if value == int(value) else f"{value:.{MOST_DIGITS}g}"), None
    if isinstance(value, datetime):
        is_day = value.time() == time(0)
        return (value.date().isoformat() if is_day else value.isoformat(sep=" ", timespec="seconds")), None
    if isinstance(value, date | time):
        return value.isoformat(), None
    return "", (f"the duration {value}", "a number or a text")


def _cells_that_look_empty(part: bytes) -> Iterator[EmptyForALibrary]:
    """The cells with an error or a formula without result in the XML of a sheet."""
    row, column = -1, -1
    for cell in CELL.finditer(part):
        attributes, content = cell[1], cell[2] or b""
        place = PLACE.search(attributes)
        row, column = (int(place[2]) - 1, _number(place[1])) if place else (row, column + 1)
        kind = KIND.search(attributes)
        value = VALUE.search(content)
        if kind and kind[1] == b"e":
            shown = value[1].decode("utf-8", "replace") if value else "error"
            yield EmptyForALibrary(
                row, column, f"Excel's error {shown}", "a value, or an empty cell where it is unknown"
            )
        elif FORMULA.search(content) and value is None and not (kind and kind[1] == b"str"):
            yield EmptyForALibrary(
                row,
                column,
                "a formula without its result",
                "the workbook opened and saved in Excel, or the value itself",
            )


def _refuse_extent(part: bytes, file: str) -> None:
    """Refuse a sheet that claims more cells than any table has; a reader would make room for all of them."""
    last_row = max((int(row[1]) for row in ROW.finditer(part)), default=0)
    last_column = 0
    for place in PLACE.finditer(part):
        last_row, last_column = max(last_row, int(place[2])), max(last_column, _number(place[1]) + 1)
    if last_row * last_column > LARGEST_CELL_COUNT:
        raise _refusal(
            file,
            f"a sheet that reaches to row {last_row} and column {_letters(last_column - 1)}",
            f"at most {LARGEST_CELL_COUNT} cells; delete the stray ones beyond the table",
        )


def _parts(content: bytes, file: str) -> dict[str, bytes]:
    """The XML of the workbook and its sheets by name; their checksums are right and their sizes bounded."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # Every part, because the library reads others too, such as shared texts.
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > LARGEST_UNPACKED_BYTES:
                largest = f"at most {LARGEST_UNPACKED_BYTES // 1024**2}"
                raise _refusal(file, f"a workbook of {unpacked // 1024**2} MB unpacked", f"{largest} MB")
            parts = {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise _refusal(file, f"a zip file that cannot be read ({_words(error)})", XLSX_OR_CSV) from error
    if WORKBOOK not in parts or RELATIONS not in parts:
        raise _refusal(file, "a zip file that is no Excel workbook (.xlsx)", XLSX_OR_CSV)
    return {name: part for name, part in parts.items() if name.startswith("xl/") and name.endswith((".xml", ".rels"))}


def _part_of(parts: dict[str, bytes], sheet: str) -> str:
    """The name of the part with a sheet's cells."""
    relations = {entry.get("Id"): entry.get("Target", "") for entry in ElementTree.fromstring(parts[RELATIONS])}
    for entry in ElementTree.fromstring(parts[WORKBOOK]).iter():
        if entry.tag.endswith("}sheet") and entry.get("name") == sheet:
            (identifier,) = (value for key, value in entry.attrib.items() if RELATION_ID.fullmatch(key))
            return str(PurePosixPath("xl") / relations[identifier]).removeprefix("/")
    raise KeyError(sheet)


def _number(letters: bytes) -> int:
    """The column, from 0, that Excel calls by these letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _letters(column: int) -> str:
    """What Excel calls a column, from 0."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _refusal(file: str, found: str, wanted: str) -> CohortTableError:
    """The refusal of the whole file with this one problem."""
    return CohortTableError([Problem(file, None, None, found, wanted)])


def _words(error: Exception) -> str:
    """What an error says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
