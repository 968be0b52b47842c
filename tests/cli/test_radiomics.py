"""`radiogene radiomics` as a user meets it."""

import csv
import json
import sys

import numpy as np
import pytest

from ct.made_geometry import made_geometry
from radiogene.cli.app import main
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.preparation import PreparationSettings
from radiogene.radiomics import radiomic_features


def block(first: int, last: int) -> np.ndarray:
    segment = np.zeros((64, 64, 64), bool)
    segment[first:last, 20:26, 20:26] = True
    return segment


CUBE = np.random.default_rng(0).normal(-300, 200, (64, 64, 64)).astype(np.float32)


def store_of(path, segments) -> None:
    with CubeStore.create(path, PreparationSettings(), "hash") as store:
        for number, (patient, segment) in enumerate(segments.items()):
            row = PatientRow(patient_id=patient, row_number=number + 2)
            store.add(CubeRecord(f"key{number}", row, made_geometry(), True), CUBE, segment)


def run(*words) -> int:
    try:
        main([str(word) for word in ("radiomics", *words)])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_a_table_with_one_row_per_patient_and_the_reasons_of_the_others(tmp_path, capsys):
    store_of(tmp_path / "store", {"p, 1": block(20, 28), "p2": None, "p3": block(58, 64), "p4": block(30, 31)})
    out = tmp_path / "new" / "features.csv"
    assert run("--store", tmp_path / "store", "--out", out, "--workers", 1, "--quiet") == 20
    printed = capsys.readouterr()
    assert printed.out == f"1130 features of 2 patients, 2 left out: {out}\n"
    assert "patient p3: the segment reaches the cube's border" in printed.err
    assert "patient p2 left out: no segment" in printed.err
    assert "patient p4 left out: the segment holds 36 samples" in printed.err
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row.pop("patient_id") for row in rows] == ["p, 1", "p3"]
    found = radiomic_features(np.rint(CUBE).astype(np.int16), block(20, 28))
    assert tuple(rows[0]) == found.names
    assert [float(value) for value in rows[0].values()] == found.values.tolist()
    description = json.loads(out.with_suffix(".json").read_text())
    assert (description["patients"], description["features"], description["synthetic"]) == (2, 1130, True)
    assert description["reach_the_cubes_border"] == ["p3"]
    assert sorted(description["left_out"]) == ["p2", "p4"]
    assert description["parameters"]["setting"]["binWidth"] == 25
    assert set(description["versions"]) == {"pyradiomics", "SimpleITK", "PyWavelets"}
    assert len(list((out.parent / "features.csv.cache").iterdir())) == 2


@pytest.mark.parametrize("segments", [{"p1": None}, {}], ids=["points only", "empty store"])
def test_a_store_without_segments_is_refused(tmp_path, capsys, segments):
    store_of(tmp_path / "store", segments)
    assert run("--store", tmp_path / "store", "--out", tmp_path / "features.csv", "--quiet") == 13
    assert "no " in capsys.readouterr().err
    assert not (tmp_path / "features.csv").exists()


def test_without_the_extra_it_says_how_to_install_it(tmp_path, capsys, monkeypatch):
    store_of(tmp_path / "store", {"p1": block(20, 28)})
    monkeypatch.setitem(sys.modules, "radiomics", None)
    words = ("--store", tmp_path / "store", "--out", tmp_path / "f.csv", "--workers", 1, "--quiet")
    assert run(*words) == 3
    assert 'pip install "radiogene[radiomics]"' in capsys.readouterr().err
