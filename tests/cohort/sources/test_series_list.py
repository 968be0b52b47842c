"""The downloader's list of series, and the choice on the collection's real one."""

from collections import Counter
from datetime import date

import pytest

from radiogene.cohort.sources.nsclc_radiogenomics.collection_series import choose_collection_series
from radiogene.cohort.sources.nsclc_radiogenomics.label_file import read_label_file
from radiogene.cohort.sources.series.series_list import read_series_list, read_study_date
from radiogene.cohort.sources.series.series_rules import SeriesWishes
from radiogene.cohort.table.problem import CohortTableError

HEADER = "Subject ID,Study UID,Study Date,Series UID,Series Description,Modality,Number of Images"


def table(folder, *lines, header=HEADER):
    path = folder / "metadata.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_lines_become_series_and_markings(tmp_path):
    listed = read_series_list(
        table(tmp_path, "p,1,08-10-1994,1.1,THINS,CT,250", "p,1,08-10-1994,1.2,3D Slicer segmentation result,SEG,1")
    )
    (series,), (marking,) = listed.series["p"], listed.markings["p"]
    assert (series.images, series.study_date, series.geometry) == (250, date(1994, 8, 10), None)
    assert (marking.modality, marking.study_uid, marking.referenced_series) == ("SEG", "1", None)


def test_lines_that_name_no_series_or_one_twice_are_named_and_the_rest_goes_on(tmp_path):
    lines = ["p,1,,1.1,THINS,CT,250", ",1,,1.2,x,CT,1", "p,1,,1.3,x,CT,many", "p,1,,1.1,THINS,CT,250", "p,1"]
    listed = read_series_list(table(tmp_path, *lines))
    assert [problem.row for problem in listed.problems] == [3, 4, 5, 6]
    assert len(listed.series["p"]) == 1


def test_a_missing_column_is_refused(tmp_path):
    with pytest.raises(CohortTableError, match="Series UID"):
        read_series_list(table(tmp_path, header=HEADER.replace("Series UID", "UID")))


@pytest.mark.parametrize("text", ["08-10-1994", "1994-08-10", "8/10/1994", "19940810"])
def test_dates_of_all_writers(text):
    assert read_study_date(text) == date(1994, 8, 10)


@pytest.fixture(scope="module")
def real_choice(real_data):
    folder = real_data / "nsclc_radiogenomics"
    patients = read_label_file(folder / "labels.csv").patients
    return choose_collection_series(patients, read_series_list(folder / "series_index.csv"), SeriesWishes())


@pytest.mark.real_data
def test_every_segmented_patient_of_the_collection_gets_the_series_of_the_segmentations_study(real_choice):
    marked = {p: c for p, c in real_choice.choices.items() if c.markings}
    assert len(marked) == 100
    assert all(c.chosen.study_uid == c.markings[0].study_uid for c in marked.values())
    assert real_choice.problems == ()


@pytest.mark.real_data
def test_patients_of_the_collection_with_a_pet_ct_alone_get_none(real_choice):
    without = [e.patient_id for e in real_choice.exclusions]
    assert without == [f"R01-{n}" for n in (143, 148, 149, 150, 152, 156, 159, 161, 163)]


@pytest.mark.real_data
def test_what_is_taken_of_the_collection_is_thin_axial_and_of_the_chest(real_choice):
    taken = Counter(c.chosen.description for c in real_choice.choices.values() if c.chosen)
    assert taken["THIN LUNG WINDOW"] == 41
    unwanted = ("scout", "topo", "cor", "sag", "mip", "fusion", "ctac", "slices", "processed", "atten")
    assert [d for d in taken if any(word in d.casefold() for word in unwanted)] == []
    choice = real_choice.choices
    assert choice["AMC-005"].chosen.description == "Chest  1.0  B45f"
    assert choice["AMC-016"].chosen.description == "Thorax  1.0  B70f"
    assert choice["AMC-032"].chosen.description == "1.25MM CHEST"
    assert choice["R01-059"].chosen.description == "THIN LUNG WINDOW"
    assert "only the images tell" in choice["R01-059"].notes[0]
    assert "reformatted by its name" in choice["R01-023"].notes[0]
