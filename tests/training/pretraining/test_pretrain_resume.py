"""`radiogene pretrain`: killed and resumed it has the bytes of one that was not; another command is refused."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

RADIOGENE = str(Path(sys.executable).parent / "radiogene")
SAME_FILES = ("network.safetensors", "settings.json", "history.json", "card.md")


def command(images, out, *more):
    words = ("pretrain", images, "--out", out, "--preset", "tiny", "--batch", "4", "--epochs", "4", "--seed", "2")
    return [*map(str, words), "--accelerator", "cpu", "--quiet", *more]


def killed_after_an_epoch(images, out, number):
    words = [RADIOGENE, *command(images, out)]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    checkpoint = out.with_name(f"{out.name}.unfinished") / "pretraining" / "last.ckpt"
    deadline = time.monotonic() + 240
    while not checkpoint.exists():
        assert process.poll() is None, "the pretraining ended before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, number)
    shown = process.communicate(timeout=120)[1]
    assert not out.exists()
    return process.returncode, shown


@pytest.mark.slow
def test_killed_after_an_epoch_and_resumed_the_bytes_are_those_of_an_uninterrupted_one(images, tmp_path, radiogene):
    whole = radiogene(*command(images, tmp_path / "whole"))
    assert whole.returncode == 0, whole.stderr
    code, _ = killed_after_an_epoch(images, tmp_path / "killed", signal.SIGKILL)
    assert code == -signal.SIGKILL
    done = radiogene(*command(images, tmp_path / "killed"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "killed")
    for name in SAME_FILES:
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["killed", "whole"]


@pytest.mark.long
@pytest.mark.slow
def test_ended_by_a_scheduler_it_says_how_to_go_on_and_refuses_another_command(images, tmp_path, radiogene):
    code, shown = killed_after_an_epoch(images, tmp_path / "out", signal.SIGTERM)
    assert code == 143
    assert "Traceback" not in shown
    refused = radiogene(*command(images, tmp_path / "out", "--no-attention"))
    assert refused.returncode == 3
    assert "differs in settings.attention: True there, False here" in refused.stderr


@pytest.mark.long
def test_two_processes_share_a_pretraining_and_write_one_folder(images, tmp_path):
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--no-python"]
    words = [*launcher, RADIOGENE, *command(images, tmp_path / "out", "--devices", "2")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == str(tmp_path / "out")
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]
