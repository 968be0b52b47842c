"""Cells that a spreadsheet would run are text in tables, and themselves again when they are read."""

import csv
import io

import pytest

from radiogene.cohort.table.delimited_text import read_delimited_text
from radiogene.storage.csv_text import csv_text, plain_cell, safe_cell

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x","y")']
PLAIN = ["-3.5", "+1", "-1e5", "1+1", "A=1", "", "'quoted'", "-,5", "wild type"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text_and_comes_back(text):
    (cell,) = next(csv.reader(io.StringIO(csv_text([[text]]))))
    assert cell == f"'{text}"
    assert plain_cell(cell) == text


@pytest.mark.parametrize("text", PLAIN)
def test_numbers_and_words_stay(text):
    assert safe_cell(text) == text
    assert plain_cell(text) == text


def test_numbers_and_nothing_are_cells(tmp_path):
    assert csv_text([[None, -1.5, True]]) == ",-1.5,True\n"


def test_a_table_that_was_written_is_read_as_it_was(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text(csv_text([["patient_id", "ct"], ["=A1", "-"]]))
    records = read_delimited_text(table, "table.csv", ["patient_id"]).records
    assert records[0].cells == ("=A1", "-")
