"""Whose scan it is: one ID of two persons, one ID for all, accents in two encodings, links, and dates by the column."""

import unicodedata
from datetime import date

import pytest

from ct.dicom_writers import SyntheticSeries
from radiogene.cohort.sources.image_tree.header_cache import HeaderCache
from radiogene.cohort.sources.image_tree.image_tree import scan_tree
from radiogene.cohort.sources.study_folder.clinical_table import read_clinical_table
from radiogene.cohort.sources.study_folder.date_column import DateColumn
from radiogene.cohort.sources.study_folder.patient_match import match_patients


def write(folder, patient_id, **person):
    def edit(dataset, k):
        for keyword, value in person.items():
            setattr(dataset, keyword, value)

    SyntheticSeries(patient_id=patient_id, edit=edit).write(folder)


def matched(root, names):
    tree = scan_tree(root, HeaderCache(root.parent / "cache.sqlite"), names=names, workers=1)
    return tree, match_patients(names, tree.patients)


ALPHA = {"PatientName": "Alpha^A", "PatientBirthDate": "19570101", "PatientSex": "F"}


@pytest.mark.parametrize(
    ("other", "differing"),
    [
        ({"PatientName": "Beta^B", "PatientBirthDate": "19400101", "PatientSex": "M"}, "name, birth date, sex"),
        ({"PatientName": "Alpha^A", "PatientBirthDate": "19400101", "PatientSex": "F"}, "birth date"),
        ({**ALPHA, "PatientSex": "M"}, "sex"),
        ({**ALPHA, "IssuerOfPatientID": "south"}, "issuer of the ID"),
    ],
)
def test_one_id_of_two_persons_is_matched_with_neither(tmp_path, other, differing):
    write(tmp_path / "tree" / "north" / "001", "001", **{"IssuerOfPatientID": "north", **ALPHA})
    write(tmp_path / "tree" / "south" / "001", "001", **{"IssuerOfPatientID": "north", **other})
    _, matches = matched(tmp_path / "tree", ["001"])
    assert matches.key_of == {}
    assert f"two persons: {differing} differ (in north/001, south/001)" in matches.unmatched["001"]


def test_one_person_whose_name_is_written_otherwise_is_one_person(tmp_path):
    write(
        tmp_path / "tree" / "a",
        "001",
        PatientName="Müller^Ann",
        PatientBirthDate="19570101",
        SpecificCharacterSet="ISO_IR 192",
    )
    write(tmp_path / "tree" / "b", "001", PatientName="MULLER^ANN", PatientSex="F")
    write(tmp_path / "tree" / "c", "001", PatientName="Maier^Ann", PatientBirthDate="19570101")
    _, matches = matched(tmp_path / "tree", ["001"])
    assert matches.key_of == {"001": "001"}
    cached = (tmp_path / "cache.sqlite").read_bytes()
    assert b"Maier" not in cached
    assert b"19570101" not in cached


@pytest.mark.parametrize("dicom_id", ["ANONYMOUS", ""])
@pytest.mark.parametrize("above", ["", "hospital"])
def test_an_archive_with_one_id_for_all_is_read_by_its_folders(tmp_path, dicom_id, above):
    for name in ("p001", "p002"):
        write(tmp_path / "tree" / above / name / "ct", dicom_id)
    tree, matches = matched(tmp_path / "tree", ["p001", "p002"])
    assert matches.unmatched == {}
    for name in ("p001", "p002"):
        patient = tree.patients[matches.key_of[name]]
        assert [name in folder.parts for folder in patient.folders] == [True]


def test_accents_in_two_encodings_are_one_name(tmp_path):
    write(tmp_path / "tree" / unicodedata.normalize("NFD", "Zoë"), "X1")
    _, matches = matched(tmp_path / "tree", [unicodedata.normalize("NFC", "Zoë")])
    assert matches.unmatched == {}


def test_a_linked_folder_is_listed(tmp_path):
    write(tmp_path / "elsewhere", "001")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "001").symlink_to(tmp_path / "elsewhere")
    tree, _ = matched(tmp_path / "tree", ["001"])
    assert tree.files == 0
    assert [(name, "not followed" in reason) for name, reason in tree.passed_over] == [("001", True)]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["03/04/2020", "25/04/2020"], [date(2020, 4, 3), date(2020, 4, 25)]),
        (["03/04/2020", "04/25/2020"], [date(2020, 3, 4), date(2020, 4, 25)]),
        (["31.03.2019", "01.02.2019"], [date(2019, 3, 31), date(2019, 2, 1)]),
        (["2019-03-31", "20190401"], [date(2019, 3, 31), date(2019, 4, 1)]),
        (["03/04/2020", "05/06/2020"], [None, None]),
        (["25/04/2020", "04/25/2020"], [None, None]),
        (["04/04/2020"], [date(2020, 4, 4)]),
        (["25/04/2020", "soon"], [date(2020, 4, 25), None]),
    ],
)
def test_the_column_decides_the_order_of_its_dates(texts, found):
    column = DateColumn.of(texts)
    assert [column.read(text) for text in texts] == found


def test_a_date_that_cannot_be_read_gives_no_other_study(tmp_path):
    path = tmp_path / "clinical.csv"
    path.write_text("patient_id,EGFR,ct_date\na,1,03/04/2020\nb,0,05/06/2020\nc,0,\n")
    table = read_clinical_table(path, ("EGFR",))
    assert list(table.rows) == ["c"]
    assert "nothing in the column tells whether day or month comes first" in table.excluded["a"]
