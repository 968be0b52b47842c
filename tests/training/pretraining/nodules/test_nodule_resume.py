"""`radiogene pretrain STORE`: killed and resumed it has the bytes of one that was not; another task is refused."""

import importlib.util
import signal
import subprocess
import sys

import pytest

from training.pretraining.interruptions import RADIOGENE, SAME_FILES, command, killed_after_an_epoch

RATED = ("--columns", "TEXTURE,margin", "--views", "axial;coronal")
UNLABELLED = ("--self-supervised",)
LEARN = pytest.mark.skipif(importlib.util.find_spec("lightly") is None, reason="lightly (extra ssl) is absent")


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("what", [RATED, pytest.param(UNLABELLED, marks=LEARN)], ids=["ratings", "self-supervised"])
def test_killed_and_resumed_the_bytes_are_those_of_an_uninterrupted_one(what, many_rated, tmp_path, radiogene):
    settings = tmp_path / "settings.toml"
    settings.write_text("validation_share = 0.3\n")
    more = (*what, "--settings", str(settings))
    whole = radiogene(*command(many_rated, tmp_path / "whole", *more))
    assert whole.returncode == 0, whole.stderr
    out = tmp_path / "killed"
    code, _ = killed_after_an_epoch(command(many_rated, out, *more), out, signal.SIGKILL)
    assert code == -signal.SIGKILL
    other = radiogene(*command(many_rated, out, "--columns", "TEXTURE", "--settings", str(settings)))
    assert other.returncode == 3
    assert "holds an unfinished training that differs in settings" in other.stderr
    done = radiogene(*command(many_rated, out, *more))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(out)
    for name in (*SAME_FILES, "training_cubes.json"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["killed", "settings.toml", "whole"]


@pytest.mark.long
def test_two_processes_share_a_pretraining_on_ratings(many_rated, tmp_path):
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--no-python"]
    settings = tmp_path / "settings.toml"
    settings.write_text("validation_share = 0.3\n")
    words = command(many_rated, tmp_path / "out", *RATED, "--settings", str(settings), "--devices", "2")
    done = subprocess.run([*launcher, RADIOGENE, *words], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == str(tmp_path / "out")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["out", "settings.toml"]
