"""What is chosen from the index that the package carries, and the whole way from a store to a cohort table."""

import csv
from pathlib import Path

import pytest

from cohort.sources.collection_files import label_file, label_line
from cohort.sources.dicom_tree import write_ct, write_marking
from cohort.sources.store_server import store_server
from radiogene.cohort.sources.nsclc_radiogenomics.collection_download import plan_download
from radiogene.cohort.sources.nsclc_radiogenomics.idc_index import read_idc_index
from radiogene.cohort.sources.nsclc_radiogenomics.paper_cohort import is_of_paper
from radiogene.cohort.sources.series.series_list import read_series_list
from radiogene.cohort.sources.series.series_rules import SeriesWishes

PATIENT = "R01-136"


@pytest.fixture(scope="module")
def index():
    return read_idc_index()


@pytest.fixture(scope="module")
def plan(index):
    return plan_download(index, index.patients, {}, SeriesWishes())


def test_the_index_holds_the_collection_and_nothing_derived_of_it(index):
    assert len(index.patients) == 211
    kinds = [entry.modality for entry in index.entries.values()]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"CT": 727, "PT": 480, "SEG": 144}
    assert {entry.licence for entry in index.entries.values()} == {"CC BY 3.0"}


def test_the_papers_number_is_that_of_one_arm(index):
    assert sum(map(is_of_paper, index.patients)) == 162
    assert all(is_of_paper(patient) for patient in index.markings)


def test_a_series_for_everybody_but_those_with_a_pet_ct_alone(plan):
    assert len(plan.without_series) == 16
    kinds = [entry.modality for _, entry in plan.entries]
    assert (kinds.count("CT"), kinds.count("SEG")) == (195, 144)
    assert 29_000 < plan.megabytes < 30_000 < plan.index.megabytes
    everybody = plan_download(plan.index, plan.index.patients, {}, SeriesWishes(allow_pet_ct=True))
    assert everybody.without_series == []


def test_each_segmentation_comes_with_a_ct_of_its_study(plan):
    for choice in plan.choices.values():
        assert all(marking.study_uid == choice.chosen.study_uid for marking in choice.markings)
    assert plan.choices["R01-023"].chosen.description.startswith("0.625  DMPR")


@pytest.mark.real_data
def test_the_index_agrees_with_tcias_list_series_by_series(index, real_data):
    listed = read_series_list(real_data / "nsclc_radiogenomics" / "series_index.csv")
    for patient, found in listed.series.items():
        counts = {facts.series_uid: facts.images for facts in index.series[patient]}
        assert {facts.series_uid: facts.images for facts in found} == counts


def test_the_dry_run_prints_patients_series_and_bytes_and_writes_nothing(tmp_path, radiogene):
    target = tmp_path / "images"
    done = radiogene("cohort", "nsclc-radiogenomics", "--download", target, "--dry-run", "--patients", "paper")
    assert done.returncode == 0, done.stderr
    assert "to fetch: 146 patients, 146 CT series, 144 segmentations, 39569 files, 21651176414 bytes" in done.stdout
    assert not target.exists()


def test_from_the_store_to_the_cohort_table(index, plan, tmp_path, radiogene):
    """The real UIDs and counts of one patient, on small files that are served on the loopback."""
    choice = plan.choices[PATIENT]
    ct, seg = (index.entries[uid] for uid in (choice.chosen.series_uid, choice.markings[0].series_uid))
    source = tmp_path / "source"
    more = {"SeriesInstanceUID": ct.series_uid, "StudyInstanceUID": choice.chosen.study_uid}
    sops = write_ct(source / "ct", PATIENT, slices=ct.images, description=choice.chosen.description, **more)
    write_marking(source / "seg" / "1.dcm", PATIENT, sop_uids=sops[:5])
    labels = label_file(tmp_path, label_line(PATIENT))
    target, out = tmp_path / "images", tmp_path / "cohort.csv"
    words = ("--download", target, "--labels", labels, "--out", out, "--workers", "1", "--quiet")
    with store_server() as server:
        server.put(ct.bucket, source / "ct", ct.uuid)
        broken = radiogene("cohort", "nsclc-radiogenomics", *words, "--store", server.address)
        assert broken.returncode == 20
        assert "the store lists 0 objects where the index has 1" in broken.stderr
        assert "1 of 2 series whole" in broken.stdout
        server.put(seg.bucket, source / "seg", seg.uuid)
        done = radiogene("cohort", "nsclc-radiogenomics", *words, "--store", server.address)
    assert done.returncode == 0, done.stderr
    assert "2 of 2 series whole" in done.stdout
    assert "1 file fetched" in done.stdout
    with out.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["patient_id"], row["series"], row["EGFR"]) == (PATIENT, ct.series_uid, "mutant")
    assert row["ct"] == f"images/{PATIENT}/{choice.chosen.study_uid}/{ct.series_uid}"
    assert Path(tmp_path, row["nodule"]).is_file()
    assert "CC BY 3.0" in (target / "LICENSE.txt").read_text()
    assert "7hs46erv" in (target / "CITATION.txt").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dry-run"], "give --download DIR"),
        (["--out", "x.csv"], "--out wants --labels"),
        ([], "Give --labels FILE and --out FILE"),
        (["--download", "x", "--images", "y"], "leave --series-list and --download out"),
        (["--download", "x", "--store", "ftp://a", "--dry-run"], "https://"),
    ],
)
def test_options_that_do_not_go_together(words, message, radiogene):
    done = radiogene("cohort", "nsclc-radiogenomics", *words)
    assert done.returncode == 3
    assert message in done.stderr


def test_the_papers_sexes_are_those_of_the_arm_in_the_index():
    """The paper prints 119 men and 43 women; headers of some patients state no sex ("0000")."""
    import idc_index_data
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(
        str(idc_index_data.IDC_INDEX_PARQUET_FILEPATH),
        columns=["PatientID", "PatientSex"],
        filters=[("collection_id", "==", "nsclc_radiogenomics")],
    )
    stated: dict[str, set[str]] = {}
    for row in table.to_pylist():
        if is_of_paper(row["PatientID"]):
            stated.setdefault(row["PatientID"], set()).add(row["PatientSex"])
    sexes = [next(iter(found & {"M", "F"}), "unstated") for found in stated.values()]
    assert {sex: sexes.count(sex) for sex in ("M", "F", "unstated")} == {"M": 105, "F": 43, "unstated": 14}
