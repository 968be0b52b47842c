"""A hospital's columns and words are mapped once, by a draft that a person corrects, and the table keeps both."""

import json

import pytest

from radiogene.cohort.sources.table_file import write_table
from radiogene.cohort.table.cohort_table import check_cohort, read_cohort
from radiogene.cohort.table.table_map import draft_map, mapped_table, read_map, write_map
from radiogene.errors import CohortError

GENES = ("EGFR", "KRAS")
TABLE = """sep=;
Patient ID;ct;nodule;Age;Gender;Smoking status;EGFR Status;KRAS;SUVmax
001;a.nrrd;1 2 3;63,4;W;ex-smoker;L858R;WT;7,5
002;b.nrrd;1 2 3;70;M;never;exon 19 del;G12C;8,25
003;c.nrrd;1 2 3;71;M;rarely;none;WT;9
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "hospital.csv"
    path.write_text(TABLE)
    return path


def test_the_draft_names_columns_and_words_and_what_only_a_person_can_tell(table):
    draft = draft_map(table, GENES)
    assert draft.columns == {
        "Patient ID": "patient_id",
        "Age": "age",
        "Gender": "sex",
        "Smoking status": "smoking",
        "EGFR Status": "EGFR",
    }
    assert draft.words == {
        "age": {"63,4": "63.4"},
        "smoking": {"rarely": "?"},
        "EGFR": {"L858R": "mutant", "exon 19 del": "mutant", "none": "wild type"},
        "KRAS": {"G12C": "mutant"},
    }


def test_a_corrected_map_makes_a_cohort_table_that_keeps_what_it_came_from(table, tmp_path):
    path = tmp_path / "map.json"
    write_map(path, draft_map(table, GENES))
    with pytest.raises(CohortError, match=r"leaves 1 words undecided .smoking: rarely"):
        read_map(path)
    content = json.loads(path.read_text())
    content["words"]["smoking"]["rarely"] = "former"
    path.write_text(json.dumps(content))
    made = mapped_table(table, read_map(path), GENES)
    write_table(tmp_path / "cohort.csv", made.columns, made.rows)
    rows = read_cohort(str(tmp_path / "cohort.csv"), check_files=False).rows
    assert [row.patient_id for row in rows] == ["001", "002", "003"]
    assert [(row.age_years, row.sex, row.smoking_status) for row in rows] == [
        (63.4, "female", "former"),
        (70.0, "male", "never"),
        (71.0, "male", "former"),
    ]
    assert [row.labels for row in rows] == [{"EGFR": 1, "KRAS": 0}, {"EGFR": 1, "KRAS": 1}, {"EGFR": 0, "KRAS": 0}]
    assert [row.extra["EGFR (as written)"] for row in rows] == ["L858R", "exon 19 del", "none"]


def test_one_pass_finds_names_and_words_and_groups_them(tmp_path):
    path = tmp_path / "cohort.csv"
    body = "".join(f"p{n},a.nrrd,1 2 3,L858R\n" for n in range(30))
    path.write_text("Patient ID,ct,nodule,EGFR\n" + body)
    problems = check_cohort(str(path), check_files=False)
    assert len(problems) == 31
    with pytest.raises(CohortError) as refusal:
        read_cohort(str(path), check_files=False)
    lines = str(refusal.value).splitlines()
    assert lines[0] == "31 problems in the cohort table:"
    assert len(lines) == 3
    assert "lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 20 more, column EGFR: found 'L858R'" in lines[2]
