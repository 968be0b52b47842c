"""Table 1: counts, shares and tests of two cohorts, whatever scans the tables have."""

import csv
import io
import re

import pytest

from radiogene.cohort.table.patient_table import read_patients
from radiogene.cohort.table.problem import CohortTableError
from radiogene.cohort.table_one.paper_values import PAPER_CELLS
from radiogene.cohort.table_one.table_one import GENES, CohortColumn, table_one
from radiogene.report.table_one_text import table_one_csv, table_one_latex, table_one_text

FIRST = """patient_id,age,sex,smoking,EGFR,KRAS
a,50,male,never,1,1
a,50,male,never,1,
b,60,female,current,1,0
c,70,female,former,0,1
d,80,,,not collected,0
"""
SECOND = """patient_id,age,sex,smoking,EGFR,KRAS,nodule
e,40,male,yes,wild type,wild type,1 2 3
a,,male,yes,unknown,mutant,
"""


def column(folder, name, text):
    path = folder / f"{name}.csv"
    path.write_text(text)
    return CohortColumn(name, read_patients(path, GENES))


@pytest.fixture
def table(tmp_path):
    return table_one([column(tmp_path, "first", FIRST), column(tmp_path, "second", SECOND)])


def lines_of(table, name):
    section = next(section for section in table.sections if section.name == name)
    return {line.word: line.cells for line in section.lines}


def test_every_patient_counts_once_in_each_section(table):
    assert table.headings == ("first (n=4)", "second (n=2)")
    for section in table.sections:
        if section.name != "Age":
            for place, size in enumerate((4, 2)):
                assert sum(int(line.cells[place].split()[0]) for line in section.lines) == size


def test_counts_and_shares(table):
    unknown = "Unknown or not collected"
    assert lines_of(table, "Sex") == {
        "Male": ("1 (25.0%)", "2 (100.0%)"),
        "Female": ("2 (50.0%)", "0 (0.0%)"),
        unknown: ("1 (25.0%)", "0 (0.0%)"),
    }
    assert lines_of(table, "Smoking")["Yes"] == ("2 (50.0%)", "2 (100.0%)")
    assert lines_of(table, "Age") == {
        "Min": ("50", "40"),
        "Max": ("80", "40"),
        "Median": ("65", "40"),
        unknown: ("0 (0.0%)", "1 (50.0%)"),
    }
    assert lines_of(table, "EGFR")[unknown] == ("1 (25.0%)", "1 (50.0%)")
    assert [cells[0][0] for cells in lines_of(table, "EGFR & KRAS").values()] == ["1", "1", "1", "0", "1"]


def test_a_shared_identifier_is_said(table):
    assert table.shared_patients == 1
    assert "1 identifiers stand in both cohorts" in table_one_text(table)


def test_each_test_is_named_with_what_it_compares(tmp_path):
    header = FIRST.splitlines()[0]
    names = header.split(",")

    def text(prefix, men):
        lines = [header]
        for number in range(24):
            of = {
                "patient_id": f"{prefix}{number}",
                "sex": "male" if number < men else "female",
                "age": str(50 + number),
            }
            lines.append(",".join(of.get(name, "") for name in names))
        return "\n".join(lines) + "\n"

    large = table_one([column(tmp_path, "first", text("a", 8)), column(tmp_path, "second", text("b", 12))])
    printed = table_one_text(large)
    assert "Sex (male against female): Pearson's chi-squared test." in printed
    assert "Age (years): Mann-Whitney U test." in printed
    written = list(csv.DictReader(io.StringIO(table_one_csv(large))))
    assert {row["test"] for row in written if row["p"]} >= {"Pearson's chi-squared test", "Mann-Whitney U test"}
    assert len(written) == sum(len(section.lines) for section in large.sections)


def test_few_patients_are_not_tested_and_the_note_says_why(table):
    text = table_one_text(table)
    assert "Sex (male against female): Fisher's exact test: no interval, test or claim from" in text
    assert all(section.difference.p is None for section in table.sections)


def test_one_cohort_has_no_tests(tmp_path):
    alone = table_one([column(tmp_path, "first", FIRST)])
    assert all(section.difference is None for section in alone.sections)
    assert "test" not in table_one_text(alone)


def test_latex_has_as_many_cells_in_every_row(table):
    latex = table_one_latex(table, beside_paper=True)
    rows = [line for line in latex.splitlines() if line.endswith(r"\\")]
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {5}
    assert "25.0\\%" in latex
    assert r"EGFR \& KRAS" in latex


def test_latex_of_table_one_takes_any_heading(tmp_path):
    alone = table_one([column(tmp_path, 'Köln_^2 > "A" – ü', FIRST)])
    assert r"Köln\_\textasciicircum{}2 $>$ ''A'' -- ü" in table_one_latex(alone)


def test_the_papers_numbers_stand_beside_ours_and_add_up_but_for_its_slips(table):
    assert "119 (73.5%)" in table_one_text(table, beside_paper=True)
    words = {(section.name, line.word) for section in table.sections for line in section.lines}
    assert set(PAPER_CELLS) <= words
    for section in ("Sex", "Smoking", "EGFR", "KRAS"):
        cells = [pair for (name, _), pair in PAPER_CELLS.items() if name == section]
        for place, size in enumerate((363, 162)):
            assert sum(int(pair[place].split()[0]) for pair in cells) == size


def test_problems_of_a_table_are_named(tmp_path):
    with pytest.raises(CohortTableError, match="'hen'"):
        column(tmp_path, "bad", "patient_id,sex\na,hen\n")
    with pytest.raises(CohortTableError, match="line 2 of the same patient"):
        column(tmp_path, "bad", "patient_id,age\na,50\na,51\n")
    with pytest.raises(CohortTableError, match="patient_id"):
        column(tmp_path, "bad", "id,sex\na,male\n")
