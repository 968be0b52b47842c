"""Members side by side, here and on a real cluster, have the bytes of members one after the other."""

import json
import threading
import time
from dataclasses import replace

import pytest

from radiogene.errors import SettingsError, WorkersError
from radiogene.parallel.workers import in_parallel
from radiogene.storage.folder_lock import LOCK_FILE
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.initial_weights import RandomWeights
from radiogene.training.members.member_tasks import MemberTask, train_numbered
from radiogene.training.members.trained_member import MEMBER_FILE
from radiogene.training.settings import TrainingSettings
from whole_training import train

OPTIONS = RunOptions(accelerator="cpu", progress=False)


@pytest.fixture(scope="module")
def two_folds(short_training):
    return replace(short_training, folds=2, view_names=("axial", "coronal", "sagittal"))


@pytest.fixture(scope="module")
def one_after_the_other(synthetic_patients, two_folds, tmp_path_factory):
    out = tmp_path_factory.mktemp("folds") / "model"
    train(synthetic_patients, two_folds, out, OPTIONS)
    return out


@pytest.mark.long
def test_processes_side_by_side_leave_the_same_bytes(one_after_the_other, synthetic_patients, two_folds, tmp_path):
    train(synthetic_patients, two_folds, tmp_path / "model", OPTIONS, workers=2)
    assert_the_same_model(one_after_the_other, tmp_path / "model")


def kill_whoever_trains(machines, unfinished, killed):
    """Kills the worker of a member that has a checkpoint and is not finished."""
    pids = {worker.pid: worker for worker in machines.workers}
    deadline = time.monotonic() + 300
    while not killed and time.monotonic() < deadline:
        for checkpoint in unfinished.glob("*/stage-*/last.ckpt"):
            member = checkpoint.parents[1]
            holder = int((member / LOCK_FILE).read_text().split()[1])
            if not (member / MEMBER_FILE).exists() and holder in pids:
                pids[holder].kill()
                killed.append(pids[holder])
                return
        time.sleep(0.01)


@pytest.mark.long
@pytest.mark.slow
def test_folds_trained_by_a_cluster_have_the_bytes_of_those_trained_here_though_a_worker_is_killed(
    machines, cluster, one_after_the_other, synthetic_patients, two_folds, tmp_path
):
    killed = []
    unfinished = tmp_path / "there.unfinished"
    killer = threading.Thread(target=kill_whoever_trains, args=(machines, unfinished, killed))
    killer.start()
    train(synthetic_patients, two_folds, tmp_path / "there", OPTIONS, workers=cluster)
    killer.join()
    assert len(killed) == 1
    assert_the_same_model(one_after_the_other, tmp_path / "there")
    assert not unfinished.exists()


def assert_the_same_model(here, there):
    """Every file but the seconds of the training."""
    names = sorted(path.relative_to(here) for path in here.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(there) for path in there.rglob("*") if path.is_file())
    for name in names:
        if name.name == "manifest.json":
            found = [json.loads((folder / name).read_text()) for folder in (here, there)]
            for manifest in found:
                del manifest["seconds"]
            assert found[0] == found[1]
        else:
            assert (here / name).read_bytes() == (there / name).read_bytes(), name


@pytest.mark.long
def test_a_member_refuses_a_machine_that_does_not_see_the_training(cluster, synthetic_patients, tmp_path):
    task = MemberTask(
        synthetic_patients.source.places, synthetic_patients.nodules, None, TrainingSettings(), RandomWeights(),
        RunOptions(), tmp_path / "elsewhere",
    )  # fmt: skip
    with pytest.raises(WorkersError, match=r"does not see .*elsewhere: every machine of the cluster needs it"):
        list(in_parallel(train_numbered, [(0, None, task)], cluster))


def test_members_side_by_side_and_several_processes_for_each_are_refused(
    synthetic_patients, short_training, tmp_path, monkeypatch
):
    monkeypatch.setenv("WORLD_SIZE", "2")
    settings = replace(short_training, seeds=2)
    with pytest.raises(SettingsError, match="`devices` 2 `nodes` 1 share every batch"):
        train(synthetic_patients, settings, tmp_path / "model", replace(OPTIONS, devices=2), workers=2)
