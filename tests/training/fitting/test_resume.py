"""A training that is ended from outside goes on where it stopped, and has the bytes of one that was not."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from radiogene.errors import DamagedStateError, StoreError
from radiogene.model.pretrained_folder import ImageScaling, PretrainedSettings, write_pretrained
from radiogene.networks.presets import TINY, build_feature_network
from radiogene.storage.tensor_file import save_tensors
from radiogene.training.fitting.checkpoint_file import CheckpointFile
from radiogene.training.fitting.unfinished import UnfinishedTraining

RADIOGENE = str(Path(sys.executable).parent / "radiogene")
SAME_FILES = ("model.safetensors", "settings.json", "decision.json", "history.json")


def command(store, out, start):
    """A training that starts from a pretrained network, so that it has all three stages."""
    words = ("train", "--store", store, "--out", out, "--preset", "tiny", "--epochs", "2")
    return [*map(str, words), "--init", str(start), "--seed", "4", "--quiet"]


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """The folder of a network with fresh weights, which is trained no worse for these tests."""
    torch.manual_seed(0)
    out = tmp_path_factory.mktemp("start") / "network"
    settings = PretrainedSettings(TINY, True, ("cat", "dog"), ImageScaling((0.5,) * 3, (0.25,) * 3))
    write_pretrained(out, settings, build_feature_network(TINY).state_dict(), {}, {}, "made for a test")
    return out


def wait_for(file: Path, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 240
    while not file.exists():
        assert process.poll() is None, "the training ended before it was interrupted"
        assert time.monotonic() < deadline, f"{file} did not appear"
        time.sleep(0.02)


@pytest.fixture
def uninterrupted(few_store, start, tmp_path, radiogene):
    """The same training in another process than those that are ended."""
    out = tmp_path / "uninterrupted" / "model"
    out.parent.mkdir()
    done = radiogene(*command(few_store.path, out, start))
    assert done.returncode == 0, done.stderr
    return out


def interrupt(few_store, out, start, file, number, pause_s=0.0):
    process = subprocess.Popen(
        [RADIOGENE, *command(few_store.path, out, start)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    wait_for(out.with_name("model.unfinished") / file, process)
    time.sleep(pause_s)
    os.kill(process.pid, number)
    shown = process.communicate(timeout=120)[1]
    assert not out.exists()
    return process.returncode, shown


@pytest.mark.long
@pytest.mark.slow
def test_killed_in_two_places_and_resumed_the_bytes_are_those_of_an_uninterrupted_training(
    few_store, start, uninterrupted, tmp_path, radiogene
):
    out = tmp_path / "interrupted" / "model"
    out.parent.mkdir()
    # In the branches, whose features are there; then as soon as the branches are done.
    code, _ = interrupt(few_store, out, start, "seed-4/stage-0/last.ckpt", signal.SIGKILL, pause_s=0.1)
    assert code == -signal.SIGKILL
    interrupt(few_store, out, start, "seed-4/stage-0/outcome.json", signal.SIGKILL)
    done = radiogene(*command(few_store.path, out, start))
    assert done.returncode == 0, done.stderr
    for name in SAME_FILES:
        assert (out / name).read_bytes() == (uninterrupted / name).read_bytes(), name
    assert [p.name for p in out.parent.iterdir()] == ["model"]


@pytest.mark.long
def test_a_training_ended_by_a_scheduler_says_how_to_go_on(few_store, start, tmp_path, radiogene):
    out = tmp_path / "model"
    code, shown = interrupt(few_store, out, start, "seed-4/stage-0/last.ckpt", signal.SIGTERM)
    assert code == 143
    assert "Traceback" not in shown
    assert "ended from outside" in shown or "Give the same command again" in shown
    refused = radiogene(*command(few_store.path, out, start), "--batch", "3")
    assert refused.returncode == 3
    assert "differs in settings.schedule.batch_patients: 16 there, 3 here" in refused.stderr
    assert f"Delete {out}.unfinished" in refused.stderr


def test_a_damaged_checkpoint_is_named_and_costs_nothing_else(tmp_path):
    unfinished = UnfinishedTraining(tmp_path / "model", {"seed": 1})
    checkpoint = unfinished.path / "last.ckpt"
    with pytest.raises(DamagedStateError, match=r"last.ckpt cannot be read .* nothing else is lost"), unfinished:
        checkpoint.write_bytes(b"PK of a power failure")
        CheckpointFile().load_checkpoint(checkpoint)
    assert checkpoint.exists()


def test_one_folder_is_for_one_training_at_a_time(tmp_path):
    command = {"seed": 1}
    with UnfinishedTraining(tmp_path / "model", command):
        again = UnfinishedTraining(tmp_path / "model", command)
        with pytest.raises(StoreError, match="is being written by process"), again:
            pass


@pytest.mark.parametrize("write", [save_tensors, CheckpointFile().save_checkpoint], ids=["tensors", "checkpoint"])
def test_a_full_disk_is_an_error_of_the_file(write, tmp_path):
    path = tmp_path / "file"
    words = (path, {"a": torch.zeros(2**16)})
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**12, limit[1]))
    try:
        with pytest.raises(OSError, match=r"disk may be full|File too large"):
            write(*(words if write is save_tensors else reversed(words)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.iterdir()) == []
