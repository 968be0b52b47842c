"""TCGA-LUAD's own table, word by word."""

import csv
import re
from collections import Counter

import pytest

from patients.collection_patients import BROAD_STAGE
from patients.tcga_luad import COLUMNS, broad_stage, mutation_label, tcga_patients
from radiogene.errors import CohortError

LINE = {
    "patient": "TCGA-01",
    "age_at_initial_pathologic_diagnosis": "67",
    "gender": "MALE",
    "tobacco_smoking_history": "4",
    "tobacco_smoking_history_indicator": "Current reformed smoker for < or = 15 years",
    "pathologic_stage": "Stage IIIA",
    "histological_type": "Lung Acinar Adenocarcinoma",
    "EGFR": "none",
    "KRAS": "p.G12C",
}


def written(folder, *lines):
    path = folder / "tcga.csv"
    text = [",".join(COLUMNS), *(",".join(f'"{line[column]}"' for column in COLUMNS) for line in lines)]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


def test_a_line_becomes_a_row(tmp_path):
    (row,) = tcga_patients(written(tmp_path, LINE)).rows
    assert (row.age_years, row.sex, row.smoking, row.smoking_status) == (67, "male", True, "former")
    assert row.labels == {"EGFR": 0, "KRAS": 1}
    assert row.extra[BROAD_STAGE] == "III"


@pytest.mark.parametrize(
    ("code", "ever"), [("1", False), ("2", True), ("3", True), ("4", True), ("5", True), ("", None)]
)
def test_codes_of_smoking(tmp_path, code, ever):
    line = LINE | {"tobacco_smoking_history": code, "tobacco_smoking_history_indicator": ""}
    assert tcga_patients(written(tmp_path, line)).rows[0].smoking is ever


def test_a_code_that_contradicts_its_words_is_followed_and_told(tmp_path):
    found = tcga_patients(written(tmp_path, LINE | {"tobacco_smoking_history_indicator": "Lifelong Non-smoker"}))
    assert found.rows[0].smoking is True
    assert found.remarks == ("TCGA-01: code 4 (former), but 'lifelong non smoker'",)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("tobacco_smoking_history", "6"),
        ("gender", "1"),
        ("EGFR", ""),
        ("KRAS", "mutated"),
        ("pathologic_stage", "Stage V"),
        ("age_at_initial_pathologic_diagnosis", "seventy"),
    ],
)
def test_another_word_is_refused_with_its_line(tmp_path, column, value):
    with pytest.raises(CohortError, match="line 3: found"):
        tcga_patients(written(tmp_path, LINE, LINE | {"patient": "TCGA-02", column: value}))


def test_a_patient_twice_is_refused(tmp_path):
    with pytest.raises(CohortError, match="'TCGA-01' stands there twice"):
        tcga_patients(written(tmp_path, LINE, LINE))


def test_stages():
    assert [broad_stage(text) for text in ("Stage I", "Stage IB", "Stage IIA", "Stage IV", "[Discrepancy]", "")] == [
        "I",
        "I",
        "II",
        "IV",
        "",
        "",
    ]


@pytest.mark.parametrize("text", ["p.G12C", "p.R222L, p.E545Q", "p.773_774insH", "p.709_710ET>D", "p.G12V, p.K88*"])
def test_protein_changes_are_mutations(text):
    assert mutation_label(text) == 1


EXONS_18_TO_21 = range(688, 876)
"""Residues of EGFR (NP_005219) that clinics test."""


@pytest.mark.real_data
def test_the_real_table(real_data):
    table = real_data / "tcga_luad" / "tcga_luad_egfr_kras.csv"
    found = tcga_patients(table)
    assert Counter((row.labels["EGFR"], row.labels["KRAS"]) for row in found.rows) == {
        (0, 0): 87,
        (0, 1): 54,
        (1, 0): 20,
        (1, 1): 1,
    }
    assert Counter(row.smoking for row in found.rows) == {True: 135, False: 23, None: 4}
    assert Counter(row.extra[BROAD_STAGE] for row in found.rows) == {"I": 88, "II": 32, "III": 35, "IV": 5, "": 2}
    assert sum(row.age_years is None for row in found.rows) == 12
    assert len(found.remarks) == 2
    smoking = [[row.labels["EGFR"] for row in found.rows if row.smoking is ever] for ever in (False, True)]
    assert [(sum(of), len(of)) for of in smoking] == [(8, 23), (12, 135)]
    with table.open(encoding="utf-8", newline="") as file:
        changes = [line["EGFR"] for line in csv.DictReader(file) if line["EGFR"] != "none"]
    places = [[int(number) for number in re.findall(r"\d+", change)] for change in changes]
    assert sum(not any(place in EXONS_18_TO_21 for place in of) for of in places) == 4
