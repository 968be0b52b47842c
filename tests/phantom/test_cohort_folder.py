"""The cohort on disk: table, provenance, determinism, resumption, refusals."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from radiogene.errors import SettingsError
from radiogene.phantom import write_cohort
from radiogene.phantom.genetics import site_model
from radiogene.phantom.patient import draw_patient
from radiogene.phantom.patient_folder import RECORD_FILE


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_row_names_files_that_exist(cohort_a, cohort_b):
    for table in (cohort_a, cohort_b):
        for row in rows_of(table):
            assert len(list((table.parent / row["ct"]).iterdir())) > 30
            assert len(row["nodule"].split()) == 3 or (table.parent / row["nodule"]).is_file()
            assert row["synthetic"] == "yes"
            for column in ("pet", "slides"):
                assert column not in row or any((table.parent / row[column]).iterdir())


def test_table_has_all_kinds_of_patients(cohort_a):
    rows = rows_of(cohort_a)
    kinds = [("point" if " " in row["nodule"] else Path(row["nodule"]).stem.split("-")[-1]) for row in rows]
    assert kinds.count("seg") > len(rows) / 2
    assert kinds.count("rtstruct") >= 2
    assert kinds.count("point") >= 2
    ids = [row["patient_id"] for row in rows]
    assert len(ids) == 29
    assert len(set(ids)) == 28
    assert rows[0]["stage_edition"] == "AJCC 8th edition"
    assert {row["EGFR"] for row in rows} >= {"0", "1"}
    folders = [cohort_a.parent / row["ct"] for row in rows]
    assert any(path.suffix == "" for folder in folders for path in folder.iterdir())
    assert any(path.name == "SC0001.dcm" for folder in folders for path in folder.iterdir())


def test_values_are_unknown_at_random_for_some():
    patients = [draw_patient(site_model("A"), "A", 1, index) for index in range(150)]
    for name in ("age_years", "sex", "smoking", "egfr", "kras"):
        unknown = sum(getattr(patient.clinical, name) is None for patient in patients)
        assert 0 < unknown < 30
    assert all(patient.clinical.egfr in (None, int(patient.factors.egfr[0])) for patient in patients)
    assert all(patient.clinical.kras in (None, int(patient.factors.kras[0])) for patient in patients)
    assert sum(len(patient.places) == 2 for patient in patients) == 4


def test_everything_says_synthetic(cohort_b):
    out = cohort_b.parent
    assert (out / "README.txt").read_text(encoding="utf-8").startswith("SYNTHETIC")
    provenance = json.loads((out / "phantom.json").read_text(encoding="utf-8"))
    assert provenance["synthetic"] is True
    assert provenance["ceiling"]["draws"] >= 1_000_000
    assert provenance["settings"]["strength"]["ground_glass_beta"]


def test_truth_agrees_with_the_table(cohort_a):
    truth = {row["patient_id"]: row for row in rows_of(cohort_a.parent / "generating_factors.csv")}
    assert len(truth) == 28
    for row in rows_of(cohort_a):
        gene_class = truth[row["patient_id"]]["gene_class"]
        assert row["EGFR"] in ("", str(int(gene_class in ("egfr", "both"))))
        assert row["KRAS"] in ("", str(int(gene_class in ("kras", "both"))))
        assert row["sex"] in ("", truth[row["patient_id"]]["sex"])


def test_same_seed_gives_the_same_bytes_on_any_number_of_workers(tmp_path, cohort_b):
    calls = []
    again = write_cohort(
        tmp_path / "again", patients=4, site="B", seed=7, pet=True, slides=True, workers=2,
        progress=lambda done, total: calls.append((done, total)),
    )  # fmt: skip
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]
    first = hashes(cohort_b.parent)
    second = hashes(again.parent)
    for name, value in second.items():
        if name.startswith("SYN-"):
            assert first[name] == value, name
    assert second["phantom.json"] == first["phantom.json"]
    other = write_cohort(tmp_path / "other", patients=1, site="B", seed=8)
    common = set(hashes(other.parent)) & set(second)
    assert all(hashes(other.parent)[name] != second[name] for name in common if name.startswith("SYN-"))


def test_interrupted_run_goes_on(tmp_path):
    table = write_cohort(tmp_path / "c", patients=2, site="B", seed=3)
    before = hashes(table.parent)
    (table.parent / "SYN-B-0002" / RECORD_FILE).unlink()
    table.unlink()
    kept = (table.parent / "SYN-B-0001" / RECORD_FILE).stat().st_mtime_ns
    write_cohort(tmp_path / "c", patients=2, site="B", seed=3)
    assert hashes(table.parent) == before
    assert (table.parent / "SYN-B-0001" / RECORD_FILE).stat().st_mtime_ns == kept
    with pytest.raises(SettingsError, match="other settings"):
        write_cohort(tmp_path / "c", patients=2, site="B", seed=4)


def test_refusals(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SettingsError, match=r"mine\.txt"):
        write_cohort(tmp_path, patients=1, site="A", seed=0)
    with pytest.raises(SettingsError, match="`site` takes A or B"):
        write_cohort(tmp_path / "c", patients=1, site="C", seed=0)
    with pytest.raises(SettingsError, match="`patients` takes"):
        write_cohort(tmp_path / "c", patients=0, site="A", seed=0)
    with pytest.raises(SettingsError, match="`seed`"):
        write_cohort(tmp_path / "c", patients=1, site="A", seed=-1)
    with pytest.raises(SettingsError, match="`workers`"):
        write_cohort(tmp_path / "c", patients=1, site="A", seed=0, workers=0)
    assert not (tmp_path / "c").exists()
