"""`radiogene pretrain`: killed and resumed it has the bytes of one that was not; another command is refused."""

import signal
import subprocess
import sys

import pytest

from training.pretraining.interruptions import RADIOGENE, SAME_FILES, command, killed_after_an_epoch


@pytest.mark.long
@pytest.mark.slow
def test_killed_after_an_epoch_and_resumed_the_bytes_are_those_of_an_uninterrupted_one(images, tmp_path, radiogene):
    whole = radiogene(*command(images, tmp_path / "whole"))
    assert whole.returncode == 0, whole.stderr
    code, _ = killed_after_an_epoch(command(images, tmp_path / "killed"), tmp_path / "killed", signal.SIGKILL)
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
    code, shown = killed_after_an_epoch(command(images, tmp_path / "out"), tmp_path / "out", signal.SIGTERM)
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
