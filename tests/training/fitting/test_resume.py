"""A training that is ended from outside goes on where it stopped, and has the bytes of one that was not."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

RADIOGENE = str(Path(sys.executable).parent / "radiogene")
SAME_FILES = ("model.safetensors", "settings.json", "decision.json", "history.json")


def command(store, out):
    return [
        *(RADIOGENE, "train", "--store", str(store), "--out", str(out), "--preset", "tiny", "--epochs", "2"),
        *("--seeds", "2", "--seed", "4", "--quiet"),
    ]


def wait_for(file: Path, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 240
    while not file.exists():
        assert process.poll() is None, "the training ended before it was interrupted"
        assert time.monotonic() < deadline, f"{file} did not appear"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def uninterrupted(synthetic_store, tmp_path_factory):
    out = tmp_path_factory.mktemp("uninterrupted") / "model"
    subprocess.run(command(synthetic_store.path, out), check=True, capture_output=True)
    return out


def interrupt(synthetic_store, out, file, number, pause_s=0.0):
    process = subprocess.Popen(
        command(synthetic_store.path, out), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    wait_for(out.with_name("model.unfinished") / file, process)
    time.sleep(pause_s)
    os.kill(process.pid, number)
    shown = process.communicate(timeout=120)[1]
    assert not out.exists()
    return process.returncode, shown


@pytest.mark.slow
def test_killed_in_two_places_and_resumed_the_bytes_are_those_of_an_uninterrupted_training(
    synthetic_store, uninterrupted, tmp_path
):
    out = tmp_path / "model"
    # In the middle of an epoch of the first member, then in a stage of the second.
    code, _ = interrupt(synthetic_store, out, "seed-4/stage-0/last.ckpt", signal.SIGKILL, pause_s=0.1)
    assert code == -signal.SIGKILL
    interrupt(synthetic_store, out, "seed-5/stage-0/last.ckpt", signal.SIGKILL)
    done = subprocess.run(command(synthetic_store.path, out), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in SAME_FILES:
        assert (out / name).read_bytes() == (uninterrupted / name).read_bytes(), name
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_a_training_ended_by_a_scheduler_says_how_to_go_on(synthetic_store, tmp_path):
    out = tmp_path / "model"
    code, shown = interrupt(synthetic_store, out, "seed-4/stage-0/last.ckpt", signal.SIGTERM)
    assert code == 143
    assert "Traceback" not in shown
    assert "ended from outside" in shown or "Give the same command again" in shown
    other = [*command(synthetic_store.path, out), "--batch", "3"]
    refused = subprocess.run(other, capture_output=True, text=True, check=False)
    assert refused.returncode == 3
    assert "differs in settings.schedule.batch_patients: 8 there, 3 here" in refused.stderr
    assert f"Delete {out}.unfinished" in refused.stderr
