"""The collection's label file: read as it stands, and what is wrong with it named while the rest goes on."""

from datetime import date

import pytest

from cohort.sources.collection_files import HEADER, label_file, label_line
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import label_table
from radiogene.cohort.sources.nsclc_radiogenomics.label_file import read_label_file
from radiogene.cohort.table.problem import CohortTableError


def test_a_line_is_read_into_the_words_of_a_cohort_table(tmp_path):
    read = read_label_file(label_file(tmp_path, label_line(smoking="Former", t="T2b", n="N1", kras="Not collected")))
    (patient,) = read.patients
    assert (patient.age_years, patient.sex, patient.smoking) == (67, "female", "former")
    assert (patient.t, patient.n, patient.m, patient.stage) == ("T2b", "N1", "M0", "IIB")
    assert patient.status == {"EGFR": "mutant", "KRAS": "not collected", "ALK": "negative"}
    assert patient.ct_date == date(1994, 8, 10)
    assert patient.histology == "Adenocarcinoma"
    assert read.problems == read.exclusions == ()


def test_what_is_not_collected_is_empty_and_no_problem(tmp_path):
    words = dict.fromkeys(("t", "n", "m"), "Not Collected")
    read = read_label_file(label_file(tmp_path, label_line("AMC-001", egfr="Unknown", ct="N/A", **words)))
    (patient,) = read.patients
    assert (patient.t, patient.stage, patient.ct_date, patient.status["EGFR"]) == ("", "", None, "unknown")
    assert read.problems == ()


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        (HEADER.replace("KRAS mutation status", "KRAS status"), "one named 'KRAS status'"),
        (HEADER.replace("KRAS mutation status", "x"), "no such column"),
    ],
)
def test_a_column_that_is_missing_or_renamed_is_named_and_the_rest_goes_on(tmp_path, header, hint):
    read = read_label_file(label_file(tmp_path, label_line(), header=header))
    (problem,) = read.problems
    assert problem.column == "KRAS mutation status"
    assert hint in problem.found
    assert read.patients[0].status == {"EGFR": "mutant", "KRAS": "unknown", "ALK": "negative"}


def test_without_identifiers_there_is_nothing_to_go_on_with(tmp_path):
    with pytest.raises(CohortTableError, match="column Case ID: found no such column, but one named 'CaseID'"):
        read_label_file(label_file(tmp_path, label_line(), header=HEADER.replace("Case ID", "CaseID")))


def test_a_patient_twice_counts_once_where_the_lines_agree_and_not_at_all_where_they_differ(tmp_path):
    lines = [label_line("R01-001"), label_line("R01-002"), label_line("R01-001"), label_line("R01-002", egfr="Unknown")]
    read = read_label_file(label_file(tmp_path, *lines))
    assert [patient.patient_id for patient in read.patients] == ["R01-001"]
    assert [(problem.row, problem.column) for problem in read.problems] == [(4, "Case ID"), (5, "Case ID")]
    (exclusion,) = read.exclusions
    assert (exclusion.patient_id, exclusion.reason) == ("R01-002", "lines 3, 5 of labels.csv differ")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"age": "670"}, "Age at Histological Diagnosis"),
        ({"gender": "1"}, "Gender"),
        ({"smoking": "often"}, "Smoking status"),
        ({"egfr": "perhaps"}, "EGFR mutation status"),
        ({"alk": "perhaps"}, "ALK translocation status"),
        ({"ct": "1994-08-10"}, "CT Date"),
        ({"t": "Tis", "n": "N2"}, "Pathological T stage"),
        ({"m": "M9"}, "Pathological M stage"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_and_unknown(tmp_path, change, column):
    read = read_label_file(label_file(tmp_path, label_line(**change), label_line("R01-002")))
    assert [(problem.row, problem.column) for problem in read.problems] == [(2, column)]
    assert len(read.patients) == 2


def test_values_of_the_8th_edition_are_told_apart(tmp_path):
    read = read_label_file(label_file(tmp_path, label_line(t="T1c")))
    assert "only the AJCC 8th edition" in read.problems[0].found
    assert read.patients[0].stage == ""


def test_a_line_with_too_few_cells_is_left_out_and_named(tmp_path):
    read = read_label_file(label_file(tmp_path, label_line(), "R01-002,Stanford"))
    assert [patient.patient_id for patient in read.patients] == ["R01-001"]
    assert [(problem.row, problem.found) for problem in read.problems] == [(3, "2 cells")]


def test_the_papers_patients_are_those_of_one_arm(tmp_path):
    read = read_label_file(label_file(tmp_path, label_line("R01-001"), label_line("AMC-001", kras="Unknown")))
    everybody, paper = (label_table(read, selection, None) for selection in ("all", "paper"))
    assert [row["patient_id"] for row in everybody.rows] == ["R01-001", "AMC-001"]
    assert [row["patient_id"] for row in paper.rows] == ["R01-001"]
    places = {(e.patient_id, e.excluded_from) for e in paper.exclusions}
    assert places == {
        ("AMC-001", "the paper's 162"),
        ("AMC-001", "the cohort table"),
        ("AMC-001", "figures of KRAS"),
    }
