"""Verbs that take a store or a cohort table take an address: the same results as from a folder."""

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from radiogene.cli.app import main
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.storage.place import place_of
from radiogene.training.training_cohort import training_cohort


def ran(capsys, *arguments) -> tuple[int, str, str]:
    """Exit code and what was printed."""
    code = 0
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as end:
        code = int(end.code or 0)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.fixture
def table(tmp_path, bucket) -> str:
    """The address of a table of two patients, whose scans lie here."""
    volume = np.broadcast_to(np.arange(80, dtype=np.int16) * 10 - 1000, (72, 76, 80))
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(volume))
    image.SetOrigin((-40.0, -38.0, 10.0))
    SimpleITK.WriteImage(image, str(tmp_path / "ct.nrrd"))
    rows = f"a,{tmp_path}/ct.nrrd,0 0 46,60,1\nb,{tmp_path}/ct.nrrd,1 2 45,,0\n"
    address = f"{bucket}/tables/cohort.csv"
    place_of(address).write(f"patient_id,ct,nodule,age,EGFR\n{rows}".encode())
    (tmp_path / "cohort.csv").write_bytes(place_of(address).read())
    return address


def test_a_table_and_a_store_there_give_what_they_give_here(table, bucket, tmp_path, capsys):
    assert ran(capsys, "check", table)[1] == ran(capsys, "check", tmp_path / "cohort.csv")[1]
    there, here = f"{bucket}/stores/a", tmp_path / "store"
    for cohort, out in ((table, there), (tmp_path / "cohort.csv", here)):
        code, printed, error = ran(capsys, "prepare", cohort, "--out", out, "--workers", 1, "--quiet")
        assert (code, error) == (0, "")
        assert printed.startswith("2 cubes made, 0 were there")
    stores = [CubeStore.open(out) for out in (there, here)]
    assert stores[0].records == stores[1].records
    assert (stores[0].preparation, stores[0].failures) == (stores[1].preparation, stores[1].failures)
    np.testing.assert_array_equal(stores[0].cubes(), stores[1].cubes())
    assert ran(capsys, "prepare", table, "--out", there, "--quiet")[1].startswith("0 cubes made, 2 were there")


def test_a_killed_preparation_is_gone_on_with_when_asked(table, bucket, capsys):
    store = f"{bucket}/store"
    assert ran(capsys, "prepare", table, "--out", store, "--workers", 1, "--quiet")[0] == 0
    killed = CubeStore.open(store, writing=True)
    code, _, error = ran(capsys, "prepare", table, "--out", store, "--quiet")
    assert code == 14
    assert "--break-lock" in error
    code, printed, _ = ran(capsys, "prepare", table, "--out", store, "--break-lock", "--quiet")
    assert (code, printed[:30]) == (0, "0 cubes made, 2 were there, 0 ")
    killed.close()


def test_what_cannot_be_meant_is_one_message(table, bucket, tmp_path, capsys):
    place_of(f"{bucket}/relative.csv").write(b"patient_id,ct,nodule\na,scans/ct.nrrd,0 0 46\nb,s3://b/ct.nrrd,0 0 46\n")
    for arguments, expected, words in (
        (
            ("check", f"{bucket}/relative.csv"),
            13,
            ("line 2, column ct", "an absolute path", "line 3", "copy them first"),
        ),
        (("check", f"{bucket}/absent.csv"), 13, ("no such object",)),
        (("check", "s3://KEY:HIDDEN@b/cohort.csv"), 19, ("credentials in it",)),
        (("prepare", table, "--out", "s3://no-such-bucket/x"), 19, ("the bucket does not exist",)),
        (("prepare", table, "--out", tmp_path / "x", "--break-lock"), 3, ("for object storage",)),
        (("train", "--store", f"{bucket}/no-store", "--out", tmp_path / "m"), 14, ("is no store of cubes",)),
        (("train", "--store", tmp_path, "--out", f"{bucket}/model"), 3, ("results go to a folder",)),
    ):
        code, printed, error = ran(capsys, *arguments)
        assert (code, printed) == (expected, ""), error
        assert all(word in error for word in words), error
        assert "HIDDEN" not in error
    assert not (tmp_path / "x").exists()


@pytest.fixture
def places(synthetic_store, bucket, tmp_path) -> tuple[str, Path]:
    """The same nodules in a store there and in one here."""
    for place in (f"{bucket}/store", tmp_path / "store"):
        with CubeStore.create(place, synthetic_store.preparation, synthetic_store.preparation_hash) as store:
            for n, record in enumerate(synthetic_store.records):
                store.add(record, synthetic_store.cube(n).astype(np.float32), synthetic_store.segment(n))
    return f"{bucket}/store", tmp_path / "store"


def test_a_network_is_trained_there_on_what_it_is_trained_on_here(places):
    there, here = (training_cohort(PreparedCohort.of(CubeStore.open(place)), ("EGFR", "KRAS")) for place in places)
    np.testing.assert_array_equal(there.cubes_zyx, here.cubes_zyx)
    np.testing.assert_array_equal(there.labels, here.labels)
    assert (there.rows, list(there.index)) == (here.rows, list(here.index))


def test_training_and_evaluation_by_a_store_there_give_the_bytes_of_one_here(places, tmp_path, capsys):
    answers = []
    for name, place in zip(("there", "here"), places, strict=True):
        out = tmp_path / name
        code, _, error = ran(
            capsys, "train", "--method", "clinical-logistic", "--store", place, "--out", out, "--quiet"
        )
        assert (code, error) == (0, "")
        model = ("--model", tmp_path / "there", "--store", place, "--include-training-cases", "--json")
        model += ("--ledger", tmp_path / f"{name}.jsonl")
        answers.append(ran(capsys, "evaluate", *model))
    for file in ("settings.json", "decision.json", "out_of_fold.csv", "training_cubes.json"):
        content = (tmp_path / "there" / file).read_bytes()
        assert content == (tmp_path / "here" / file).read_bytes(), file
    assert not any(b"s3://" in path.read_bytes() for path in (tmp_path / "there").rglob("*") if path.is_file())
    assert answers[0] == answers[1]
    assert json.loads(answers[0][1])["synthetic"] is True
