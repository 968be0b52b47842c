"""From a folder of studies to a cohort table that can be prepared, and to a list of all that came to nothing."""

import csv

import pytest

from cohort.sources.dicom_tree import write_ct, write_marking
from cohort.sources.uids import uid
from radiogene.cohort.sources.study_folder.study_cohort import StudyFolder, write_study_cohort
from radiogene.cohort.store.prepare import prepare_cohort
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.cohort.table.problem import CohortTableError
from radiogene.phantom import write_cohort


def make(root, table, out):
    return write_study_cohort(StudyFolder(root, table, ("EGFR", "KRAS"), workers=1), out)


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def unmatched(out):
    return [(row["what"], row["name"], row["reason"]) for row in rows(out.with_name("cohort.unmatched.csv"))]


def clinical(folder, *lines, header="patient_id,age,sex,EGFR,note"):
    path = folder / "clinical.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


@pytest.fixture
def archive(tmp_path):
    root = tmp_path / "archive"
    write_marking(root / "p1" / "seg.dcm", sop_uids=write_ct(root / "p1" / "ct"))
    write_ct(root / "p1" / "soft", series="soft", description="5MM CHEST", slices=40, step_mm=5)
    write_ct(root / "p2", "p2")
    write_marking(root / "p3" / "seg.dcm", "p3", sop_uids=[uid("elsewhere")])
    write_ct(root / "p3", "p3")
    write_ct(root / "p4", "p4", description="SCOUT", slices=70)
    write_ct(root / "p5", "p5")
    return root


def test_every_patient_has_a_row_or_a_reason(archive, tmp_path):
    table = clinical(tmp_path, "p1,60,male,1,x", "p2,61,male,0,", "p3,62,male,0,", "p4,63,male,0,", "p9,64,male,0,")
    out = tmp_path / "cohort.csv"
    summary = make(archive, table, out)
    (row,) = rows(out)
    assert row["patient_id"] == "p1"
    assert (row["ct"], row["nodule"], row["series"]) == ("archive/p1/ct", "archive/p1/seg.dcm", uid("p1", "thin"))
    assert (row["age"], row["EGFR"], row["note"], row["synthetic"]) == ("60", "1", "x", "")
    assert (summary.patients, summary.in_table, summary.patients_without_row) == (1, 5, 4)
    found = unmatched(out)
    assert [(what, name) for what, name, _ in found] == [
        ("patient of the table", "p9"),
        ("patient of the table", "p2"),
        ("patient of the table", "p3"),
        ("patient of the table", "p4"),
        ("studies of nobody in the table", "p5"),
        ("marking", "p3"),
    ]
    reasons = {name: reason for what, name, reason in found if what == "patient of the table"}
    assert "no nodule" in reasons["p2"]
    assert reasons["p4"] == "no CT series can be taken: localiser"
    assert "refers to a series that is not there" in found[-1][2]


def test_a_nodule_or_a_series_that_the_table_names_is_taken(archive, tmp_path):
    (tmp_path / "mask.nii.gz").write_bytes(b"x")
    soft = uid("p1", "soft")
    table = clinical(
        tmp_path,
        f"p1,1 2 3,{soft}",
        "p2,mask.nii.gz,",
        f"p5,1 2 3,{uid('absent')}",
        header="patient_id,nodule,series",
    )
    out = tmp_path / "tables" / "cohort.csv"
    make(archive, table, out)
    first, second = rows(out)
    assert (first["nodule"], first["series"]) == ("1 2 3", soft)
    assert "the table names it, although slices of 5 mm" in first["series_notes"]
    assert second["nodule"] == str(tmp_path / "mask.nii.gz")
    assert unmatched(out)[0][1:] == ("p5", "no CT series can be taken: not the series that the table names")


def test_values_that_cannot_be_read_are_named_and_left_empty(archive, tmp_path):
    out = tmp_path / "cohort.csv"
    table = clinical(tmp_path, "p1,670,hen,1,x", "p2,50,male,1,", "p2,51,male,1,")
    summary = make(archive, table, out)
    (row,) = rows(out)
    assert (row["age"], row["sex"], row["EGFR"]) == ("", "", "1")
    assert [(problem.row, problem.column) for problem in summary.problems] == [(2, "age"), (2, "sex"), (4, "age")]
    assert ("patient of the table", "p2") in [found[:2] for found in unmatched(out)]


def test_a_table_without_identifiers_is_refused(archive, tmp_path):
    with pytest.raises(CohortTableError, match="patient_id"):
        make(archive, clinical(tmp_path, "x,1", header="case,age"), tmp_path / "cohort.csv")


def test_a_phantom_archive_gives_the_table_it_came_with_and_is_prepared(tmp_path):
    known = write_cohort(tmp_path / "phantom", patients=8, site="B", seed=5, workers=1)
    wanted = {row["patient_id"]: row for row in rows(known)}
    table = tmp_path / "clinical.csv"
    columns = ["patient_id", "age", "sex", "smoking", "EGFR", "KRAS"]
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(wanted.values())
    out = tmp_path / "cohort.csv"
    summary = make(tmp_path / "phantom", table, out)
    by_point = {name for name, row in wanted.items() if not row["nodule"].endswith(".dcm")}
    assert summary.patients_without_row == len(by_point) > 0
    cohort = read_cohort(out)
    assert {row.patient_id for row in cohort.rows} == set(wanted) - by_point
    assert all(row.synthetic for row in cohort.rows)
    for row in cohort.rows:
        assert row.ct == (tmp_path / "phantom" / wanted[row.patient_id]["ct"])
        assert row.nodule == str(tmp_path / "phantom" / wanted[row.patient_id]["nodule"])
    prepared = prepare_cohort(cohort, tmp_path / "store", workers=1)
    assert (prepared.done, prepared.failed) == (len(cohort.rows), ())
