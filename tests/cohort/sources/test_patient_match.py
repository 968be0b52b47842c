"""Which patient of a tree is which of a table."""

from pathlib import Path

from radiogene.cohort.sources.image_tree.tree_patient import TreePatient
from radiogene.cohort.sources.study_folder.patient_match import match_patients


def patient(dicom_id, *folders):
    return TreePatient(dicom_id, tuple(map(Path, folders)), (), (), {})


TREE = {
    "007": patient("007", "ward/a/ct"),
    "X9": patient("X9", "ward/case 12/ct", "ward/case 12/pet"),
    "Y1": patient("Y1", "both/ct1"),
    "Y2": patient("Y2", "both/ct2"),
    "folder nameless": patient("", "nameless/ct"),
}


def test_by_dicom_id_then_by_folder():
    matches = match_patients(["007", "case 12", "nameless"], TREE)
    assert matches.key_of == {"007": "007", "case 12": "X9", "nameless": "folder nameless"}
    assert matches.left_over == ("Y1", "Y2")
    assert matches.unmatched == {}


def test_nobody_is_guessed_but_a_near_name_is_told():
    matches = match_patients(["7", "absent"], TREE)
    assert matches.key_of == {}
    assert "'007' differs only in zeros" in matches.unmatched["7"]
    assert matches.unmatched["absent"] == "no DICOM patient ID and no folder of this name"


def test_a_folder_of_several_patients_is_nobodys():
    assert match_patients(["both"], TREE).unmatched == {"both": "a folder of this name holds 2 DICOM patients"}


def test_studies_that_two_patients_claim_are_neithers():
    matches = match_patients(["X9", "case 12", "007"], TREE)
    assert matches.key_of == {"007": "007"}
    assert matches.unmatched["X9"] == "its studies are also those of case 12"
    assert matches.unmatched["case 12"] == "its studies are also those of X9"
