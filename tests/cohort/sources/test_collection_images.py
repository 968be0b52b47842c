"""The collection's images, as a phantom laid out like it: each patient's series, segmentation and centre."""

import csv
import shutil

import numpy as np
import pytest

from radiogene.cohort.sources.nsclc_radiogenomics.collection_cohort import CollectionFiles, write_collection_cohort
from radiogene.cohort.sources.series.series_rules import SeriesWishes
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.prepare import prepare_cohort
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.phantom import write_collection
from radiogene.phantom.collection_folder import CENTRE_FILE, IMAGE_FOLDER, LABEL_FILE, SERIES_FILE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    """Nine patients: seven of the R01- arm, of whom the last has a PET-CT alone, and two of the AMC- arm."""
    return write_collection(tmp_path_factory.mktemp("collection") / "phantom", patients=9, seed=3, workers=1)


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make(collection, out, **more):
    files = CollectionFiles(
        labels=collection / LABEL_FILE,
        centres=collection / CENTRE_FILE,
        images=collection / IMAGE_FOLDER,
        workers=1,
        **more,
    )
    return write_collection_cohort(files, out)


@pytest.fixture(scope="module")
def made(collection, tmp_path_factory):
    out = tmp_path_factory.mktemp("cohort") / "cohort.csv"
    return make(collection, out), out


def test_each_segmented_patient_has_a_row_with_the_series_of_its_segmentation(made):
    summary, out = made
    assert summary.problems == ()
    segmented = [f"R01-00{number}" for number in (1, 2, 3, 5, 6, 7)]
    assert [row["patient_id"] for row in rows(out)] == segmented
    assert {row["series_description"] for row in rows(out)} == {"THIN LUNG WINDOW"}
    excluded = {e.patient_id: e.reason for e in summary.table.exclusions if e.excluded_from == "the cohort table"}
    assert set(excluded) == {"AMC-004", "AMC-008", "R01-009"}
    assert "no nodule" in excluded["AMC-004"]
    assert "PET-CT" in excluded["R01-009"]


def test_the_list_of_series_and_the_images_give_the_same_choice(collection, made, tmp_path):
    listed = tmp_path / "listed.csv"
    write_collection_cohort(CollectionFiles(collection / LABEL_FILE, series_list=collection / SERIES_FILE), listed)
    by_list = {row["patient_id"]: row["series"] for row in rows(listed)}
    assert {row["patient_id"]: row["series"] for row in rows(made[1])}.items() <= by_list.items()


def test_old_segmentations_are_prepared_at_the_centres_that_the_table_lists(collection, made, tmp_path):
    cohort = read_cohort(made[1])
    assert cohort.is_synthetic
    prepared = prepare_cohort(cohort, tmp_path / "store", workers=1)
    assert (prepared.done, prepared.failed) == (6, ())
    listed = {row["Case ID"]: [float(row[f"coord{axis}"]) for axis in "XYZ"] for row in rows(collection / CENTRE_FILE)}
    for record in CubeStore.open(tmp_path / "store").records:
        # A centroid of voxels and the nodule's own centre differ by less than a slice.
        centre = record.geometry.centre_lps_mm
        np.testing.assert_allclose(centre, listed[record.row.patient_id], atol=1.5)
        assert any("names itself as its frame of reference" in d for d in record.geometry.decisions)


def test_a_listed_centre_that_is_elsewhere_is_reported(collection, tmp_path):
    moved = tmp_path / "centres.csv"
    text = (collection / CENTRE_FILE).read_text().splitlines()
    x, *rest = text[1].split(",")[1:]
    moved.write_text("\n".join([text[0], f"R01-001,{float(x) + 77},{','.join(rest)}", *text[2:]]) + "\n")
    files = CollectionFiles(collection / LABEL_FILE, moved, images=collection / IMAGE_FOLDER, workers=1)
    notes = write_collection_cohort(files, tmp_path / "cohort.csv").notes
    (said,) = [note for note in notes if "listed centre lies" in note]
    assert said.startswith("R01-001: the listed centre lies 7")


def test_a_listed_centre_serves_where_there_is_no_segmentation_but_not_where_its_series_is_gone(collection, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(collection, copy)
    images = copy / IMAGE_FOLDER
    shutil.rmtree(next(images.glob("R01-001/*/1000.000000*")))
    shutil.rmtree(next(images.glob("R01-002/*/2.000000*")))
    summary = make(copy, tmp_path / "cohort.csv", wishes=SeriesWishes(allow_pet_ct=True))
    by_patient = {row["patient_id"]: row for row in rows(tmp_path / "cohort.csv")}
    assert len(by_patient["R01-001"]["nodule"].split()) == 3
    assert "no segmentation is there" in by_patient["R01-001"]["series_notes"]
    assert "R01-002" not in by_patient
    reasons = {e.patient_id: e.reason for e in summary.table.exclusions if e.excluded_from == "the cohort table"}
    assert "refers to a series that is not there" in reasons["R01-002"]


def test_what_is_broken_is_named_and_the_rest_goes_on(collection, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(collection, copy)
    images = copy / IMAGE_FOLDER
    shutil.rmtree(next(images.glob("R01-001/*/2.000000*")))
    broken = next(images.glob("R01-002/*/2.000000*/1-010.dcm"))
    broken.write_bytes(broken.read_bytes()[:3000])
    shutil.rmtree(images / "R01-003")
    (copy / LABEL_FILE).write_text(
        "\n".join(line for line in (copy / LABEL_FILE).read_text().splitlines() if "R01-005" not in line)
    )
    summary = make(copy, tmp_path / "cohort.csv")
    assert len(summary.problems) == 2
    assert summary.problems[0].found.startswith(str(broken))
    assert summary.problems[1].found.startswith("R01-001: SEG")
    assert "refers to a series that is not there" in summary.problems[1].found
    excluded = {e.patient_id: e.reason for e in summary.table.exclusions if e.excluded_from == "the cohort table"}
    assert "no images" in excluded["R01-003"]
    assert excluded["R01-005"] == "no line in labels.csv"
    assert [row["patient_id"] for row in rows(tmp_path / "cohort.csv")] == ["R01-002", "R01-006", "R01-007"]


def test_with_pet_ct_allowed_nobody_lacks_a_series(collection, tmp_path):
    make(collection, tmp_path / "cohort.csv", wishes=SeriesWishes(allow_pet_ct=True))
    taken = {
        row["patient_id"]: row["description"] for row in rows(tmp_path / "cohort.series.csv") if row["taken"] == "yes"
    }
    assert len(taken) == 9
    assert taken["R01-009"] == "CT FUSION"


def test_the_phantom_collection_is_synthetic_in_every_file_and_the_same_for_the_same_seed(collection, tmp_path):
    again = write_collection(tmp_path / "again", patients=2, seed=3, workers=1)
    for name in ("R01-001", "R01-002"):
        first, second = collection / IMAGE_FOLDER / name, again / IMAGE_FOLDER / name
        files = sorted(path.relative_to(first) for path in first.rglob("*.dcm"))
        assert files == sorted(path.relative_to(second) for path in second.rglob("*.dcm"))
        for file in files:
            content = (first / file).read_bytes()
            assert content == (second / file).read_bytes()
            assert b"synthetic" in content
