"""Tables in Excel workbooks: the same rows as from CSV, and a refusal for cells that mean nothing."""

import csv
import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from radiogene.cli.app import app
from radiogene.cohort.sources.study_folder.clinical_table import read_clinical_table
from radiogene.cohort.table.cohort_table import check_cohort, read_cohort
from radiogene.cohort.table.excel_table import LARGEST_CELL_COUNT, workbook_rows
from radiogene.cohort.table.problem import CohortTableError

HEADER = ["patient_id", "ct", "nodule", "age", "sex", "smoking", "EGFR", "KRAS", "visit"]
ROWS = [
    ["007", "ct1", "1 -2.5 3e1", 67, "F", "former", 1, "wild type", date(2020, 1, 31)],
    [7, "ct2", "1 2 3", 70.5, None, None, "Mutant", 0, datetime(2020, 1, 31, 10, 20, 30)],
    ["NA", "ct3", " 10 20 30 ", None, "male", "never", None, None, None],
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ct1", "ct2", "ct3"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1").write_bytes(b"x")
    return tmp_path


def workbook(path: Path, rows, edit=lambda book, sheet: None) -> Path:
    """An .xlsx file with these rows on its first sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    edit(book, book.active)
    book.save(path)
    return path


def rows_of(path: Path) -> list[tuple[str, ...]]:
    return [row.cells for row in workbook_rows(path.read_bytes(), "t.xlsx")]


def said(path: Path) -> list[str]:
    with pytest.raises(CohortTableError) as caught:
        workbook_rows(path.read_bytes(), "t.xlsx")
    return [str(problem) for problem in caught.value.problems]


def test_a_workbook_gives_the_rows_of_the_same_csv(folder):
    workbook(folder / "cohort.xlsx", [HEADER, *ROWS])
    with (folder / "cohort.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *([("" if cell is None else cell) for cell in row] for row in ROWS)])
    ours, theirs = read_cohort(folder / "cohort.xlsx"), read_cohort(folder / "cohort.csv")
    assert ours.rows == theirs.rows
    assert [row.patient_id for row in ours.rows] == ["007", "7", "NA"]
    assert [row.extra["visit"] for row in ours.rows] == ["2020-01-31", "2020-01-31 10:20:30", ""]
    assert ours.rows[0].row_number == 2


def test_problems_are_those_of_the_same_csv(folder):
    bad = [HEADER, ["p", "ct1", "1 2", 200, "x", None, "maybe", None, None], [None] * 8, ["p", *[None] * 8]]
    workbook(folder / "cohort.xlsx", bad)
    with (folder / "cohort.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([[("" if cell is None else cell) for cell in row] for row in bad])
    ours, theirs = check_cohort(folder / "cohort.xlsx"), check_cohort(folder / "cohort.csv")
    assert [(each.row, each.column, each.found) for each in ours] == [
        (each.row, each.column, each.found) for each in theirs
    ]
    assert {each.row for each in ours} >= {2, 4}


def test_a_workbook_is_known_by_its_content(folder):
    workbook(folder / "cohort.xlsx", [HEADER, *ROWS]).rename(folder / "table.txt")
    assert len(read_cohort(folder / "table.txt").rows) == 3


def test_the_clinical_table_of_a_study_may_be_a_workbook(tmp_path):
    path = workbook(tmp_path / "clinical.xlsx", [["patient_id", "EGFR", "age"], ["0012", "mutant", 61]])
    assert read_clinical_table(path, ("EGFR", "KRAS")).rows["0012"][0]["age"] == "61"


def test_check_takes_a_workbook(folder):
    result = CliRunner().invoke(app, ["check", str(workbook(folder / "cohort.xlsx", [HEADER, *ROWS]))])
    assert result.exit_code == 0, result.output


def test_cells_are_the_text_that_is_meant(tmp_path):
    cells = ["007", 7, -3.0, 70.5, 0.1 + 0.2, True, False, date(2020, 1, 2), datetime(2020, 1, 2), time(9, 5), "2e3"]
    path = workbook(tmp_path / "t.xlsx", [[f"c{number}" for number in range(len(cells))], cells])
    want = ("007", "7", "-3", "70.5", "0.3", "TRUE", "FALSE", "2020-01-02", "2020-01-02", "09:05:00", "2e3")
    assert rows_of(path)[1] == want


def test_blank_rows_and_empty_columns_around_the_table_do_not_count(tmp_path):
    rows = [[], [None, None], ["a", "b", None, "  "], [], ["1", None, None, " "], [None, "2"]]
    path = workbook(tmp_path / "t.xlsx", rows)
    found = workbook_rows(path.read_bytes(), "t.xlsx")
    assert [(row.number, row.cells) for row in found] == [(3, ("a", "b")), (5, ("1", "")), (6, ("", "2"))]


def _error(book, sheet):
    sheet["B3"], sheet["A4"] = "#N/A", "#DIV/0!"


def _formula(book, sheet):
    sheet["B2"] = "=1+1"


def _merged(book, sheet):
    sheet.merge_cells("A2:A3")


def _outside(book, sheet):
    sheet["E3"] = "a remark"


def _digits(book, sheet):
    sheet["A2"] = 1234567890123456789


def _duration(book, sheet):
    sheet["B2"] = timedelta(hours=30)


@pytest.mark.parametrize(
    ("edit", "problems"),
    [
        (_error, ["line 3, column age: found Excel's error #N/A;", "line 4, column id: found Excel's error #DIV/0!;"]),
        (_formula, ["line 2, column age: found a formula without its result; wanted the workbook opened and saved"]),
        (_merged, ["line 2, column id: found merged cells A2:A3; wanted every cell filled by itself"]),
        (_outside, ["line 3, column E: found 'a remark'; wanted a name in the header, or an empty cell"]),
        (_digits, ["line 2, column id: found the number 1.23457e+18; wanted a text, because Excel keeps 15 digits"]),
        (_duration, ["line 2, column age: found the duration 1 day, 6:00:00; wanted a number or a text"]),
    ],
)
def test_cells_that_mean_nothing_are_named(edit, problems, tmp_path):
    path = workbook(tmp_path / "t.xlsx", [["id", "age"], ["a", 1], ["b", 2], ["c", 3]], edit)
    found = said(path)
    assert len(found) == len(problems)
    for problem, start in zip(found, problems, strict=True):
        assert problem.startswith(f"t.xlsx, {start}")


def test_a_formula_counts_with_its_result(tmp_path):
    path = workbook(tmp_path / "t.xlsx", [["id", "age"], ["a", "=60+7"]])
    results = {b"<f>60+7</f><v />": b"<f>60+7</f><v>67</v>", b"<f>60+7</f><v></v>": b"<f>60+7</f><v>67</v>"}
    rewrite(path, "xl/worksheets/sheet1.xml", results)
    assert rows_of(path)[1] == ("a", "67")


def rewrite(path: Path, part: str, changes: dict[bytes, bytes]) -> None:
    """Changes the text of one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    before = parts[part]
    for old, new in changes.items():
        parts[part] = parts[part].replace(old, new)
    assert parts[part] != before
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_several_sheets_are_refused_unless_hidden_or_empty(tmp_path):
    def second(book, sheet):
        book.create_sheet("empty")
        book.create_sheet("codes").append(["wild type"])

    def hidden(book, sheet):
        second(book, sheet)
        book["codes"].sheet_state = "hidden"

    path = workbook(tmp_path / "t.xlsx", [["id"], ["a"]], second)
    assert said(path) == [
        "t.xlsx: found 2 sheets with cells ('Sheet', 'codes'); wanted the table alone in its workbook (hidden sheets "
        "do not count), or saved as CSV."
    ]
    assert rows_of(workbook(path, [["id"], ["a"]], hidden)) == [("id",), ("a",)]
    assert "found no filled sheet" in said(workbook(path, []))[0]


def test_the_errors_of_another_sheet_do_not_count(tmp_path):
    def first_hidden(book, sheet):
        other = book.create_sheet("old", 0)
        other["A1"] = "#REF!"
        other.sheet_state = "hidden"
        book.active = 1

    assert rows_of(workbook(tmp_path / "t.xlsx", [["id"], ["a"]], first_hidden)) == [("id",), ("a",)]


def test_a_stray_cell_in_the_last_corner_is_refused_before_room_is_made(tmp_path):
    def stray(book, sheet):
        sheet["XFD1048576"] = "x"

    (problem,) = said(workbook(tmp_path / "t.xlsx", [["id"], ["a"]], stray))
    assert "found a sheet that reaches to row 1048576 and column XFD" in problem
    assert f"at most {LARGEST_CELL_COUNT} cells" in problem


def test_damaged_workbooks_and_other_zip_files_are_refused(tmp_path, monkeypatch):
    path = workbook(tmp_path / "t.xlsx", [["id"], ["a"]])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "a zip file that cannot be read" in said(path)[0]
    changed = bytearray(whole)
    changed[200:260] = bytes(60)
    path.write_bytes(changed)
    assert "cannot be read" in said(path)[0]
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    path.write_bytes(other.getvalue())
    assert "a zip file that is no Excel workbook" in said(path)[0]
    path.write_bytes(whole)
    rewrite(path, "xl/workbook.xml", {b"</sheets>": b"</shee"})
    assert "a workbook that cannot be read" in said(path)[0]
    monkeypatch.setattr("radiogene.cohort.table.excel_table.LARGEST_UNPACKED_BYTES", 100)
    assert "MB unpacked; wanted at most" in said(path)[0]
