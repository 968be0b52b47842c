"""`radiogene cohort` as a user meets it: files, counts, streams and exit codes."""

import csv
import json

import pytest

from cohort.sources.collection_files import HEADER, label_file, label_line


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.real_data
def test_the_real_label_file_gives_a_table_and_every_exclusion(real_data, tmp_path, radiogene):
    folder, out = real_data / "nsclc_radiogenomics", tmp_path / "new" / "cohort.csv"
    done = radiogene(
        "cohort",
        "nsclc-radiogenomics",
        "--labels",
        folder / "labels.csv",
        "--centres",
        folder / "tumour_centres.csv",
        "--out",
        out,
    )
    assert done.returncode == 0, done.stderr
    assert "EGFR: 30 mutant, 93 wild type, 20 unknown, 4 not collected" in done.stdout
    assert "R01-116" in done.stdout
    assert len(rows(out)) == 147
    first = rows(out)[0]
    assert (first["patient_id"], first["EGFR"], first["KRAS"], first["stage"]) == ("AMC-001", "wild type", "mutant", "")
    excluded = rows(out.with_name("cohort.exclusions.csv"))
    assert sum(row["excluded_from"] == "figures of EGFR" for row in excluded) == 24
    summary = json.loads(out.with_name("cohort.source.json").read_text())
    assert summary["stage_edition"] == "AJCC 7th edition"


def test_problems_are_named_the_rest_is_written_and_the_exit_code_says_so(tmp_path, radiogene):
    header = HEADER.replace("EGFR mutation status", "EGFR status")
    labels = label_file(tmp_path, label_line(), label_line("R01-002", age="670"), header=header)
    done = radiogene("cohort", "nsclc-radiogenomics", "--labels", labels, "--out", tmp_path / "cohort.csv")
    assert done.returncode == 20
    assert "column EGFR mutation status: found no such column, but one named 'EGFR status'" in done.stderr
    assert "'670'" in done.stderr
    assert [row["EGFR"] for row in rows(tmp_path / "cohort.csv")] == ["unknown", "unknown"]


def test_a_file_that_is_not_the_label_file_is_refused_and_nothing_written(tmp_path, radiogene):
    labels = tmp_path / "labels.csv"
    labels.write_text("a,b\n1,2\n")
    done = radiogene("cohort", "nsclc-radiogenomics", "--labels", labels, "--out", tmp_path / "cohort.csv")
    assert done.returncode == 13
    assert "Case ID" in done.stderr
    assert not (tmp_path / "cohort.csv").exists()


def test_table1_prints_one_format_and_writes_all_three(synthetic_cohort, tmp_path, radiogene):
    out = tmp_path / "table"
    done = radiogene(
        "cohort",
        "table1",
        synthetic_cohort,
        synthetic_cohort,
        "--names",
        "ours,theirs",
        "--format",
        "csv",
        "--out",
        out,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (out / "table1.csv").read_text()
    assert done.stdout.startswith("characteristic,level,ours (n=28),theirs (n=28),p,test,compared\n")
    assert "SYNTHETIC" in (out / "table1.txt").read_text()
    assert (out / "table1.tex").read_text().startswith(r"\begin{tabular}")


def test_table1_refuses_a_number_of_names_that_does_not_fit(synthetic_cohort, radiogene):
    done = radiogene("cohort", "table1", synthetic_cohort, "--names", "a,b")
    assert done.returncode == 3
    assert "2 headings for 1 cohorts" in done.stderr


@pytest.mark.real_data
def test_the_real_series_list_gives_a_choice_for_each_patient(real_data, tmp_path, radiogene):
    folder, out = real_data / "nsclc_radiogenomics", tmp_path / "cohort.csv"
    files = ("--labels", folder / "labels.csv", "--series-list", folder / "series_index.csv")
    done = radiogene("cohort", "nsclc-radiogenomics", *files, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "a CT series can be taken for 138 of 147 patients, 100 of them segmented" in done.stdout
    listed = rows(out.with_name("cohort.series.csv"))
    assert len(listed) == 934 - 100
    assert sum(row["taken"] == "yes" for row in listed) == 138
    assert all(row["reason"] for row in listed if row["taken"] == "no")
    with_pet = radiogene("cohort", "nsclc-radiogenomics", *files, "--out", out, "--allow-pet-ct", "--patients", "paper")
    assert "a CT series can be taken for 110 of 110 patients" in with_pet.stdout


def test_from_folder_writes_the_table_and_lists_who_has_no_row(synthetic_cohort, tmp_path, radiogene):
    table = tmp_path / "clinical.csv"
    table.write_text("patient_id,age\nSYN-A-0001,60\nSYN-A-9999,61\n")
    out = tmp_path / "out" / "cohort.csv"
    done = radiogene(
        "cohort", "from-folder", synthetic_cohort.parent, "--table", table, "--out", out, "--quiet", "--workers", "1"
    )
    assert done.returncode == 20
    assert "1 of 2 patients of the table in the cohort table" in done.stdout
    assert "1 of 2 patients of the table have no row" in done.stderr
    assert [row["patient_id"] for row in rows(out)] == ["SYN-A-0001"]
    lost = rows(out.with_name("cohort.unmatched.csv"))
    assert (lost[0]["name"], lost[0]["reason"]) == ("SYN-A-9999", "no DICOM patient ID and no folder of this name")
    again = radiogene(
        "cohort", "from-folder", synthetic_cohort.parent, "--table", table, "--out", out, "--quiet", "--workers", "1"
    )
    assert "files: 0 read" in again.stdout


def test_images_and_a_list_of_series_do_not_go_together(tmp_path, radiogene):
    files = ("--labels", label_file(tmp_path, label_line()), "--images", tmp_path, "--series-list", tmp_path)
    done = radiogene("cohort", "nsclc-radiogenomics", *files, "--out", tmp_path / "cohort.csv")
    assert done.returncode == 3
    assert "leave --series-list and --download out" in done.stderr
