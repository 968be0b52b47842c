"""Two processes that share every batch learn what one learns, to rounding; so do the parts of an accumulated batch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from radiogene.cli.app import main
from radiogene.errors import SettingsError
from radiogene.training.fitting.run_options import RunOptions, require_machine

SCRIPT = Path(__file__).parents[3] / "examples" / "torchrun" / "train.sh"

EXACT = ("--freeze-normalisation", "--no-dropout", "--no-augmentation", "--optimiser", "sgd")
"""Normalisation depends on which nodules stand together in a part. AdamW would turn a rounding error in a gradient of
nearly 0 into a whole step."""


LARGEST_DIFFERENCE = 0.01
"""Relative, of a parameter's norm after some steps; another batch, loss or draw gives 0.1 to 1."""


def train_command(store, out, *more):
    words = ("train", "--store", store.path, "--out", out, "--preset", "tiny", "--epochs", "2", "--seed", "4")
    return [*map(str, words), "--quiet", *EXACT, *more]


def shared(processes, command):
    """The same training by the script of examples/torchrun, which wants the options alone, and its environment."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return [str(SCRIPT), *command[1:]], {**os.environ, "PATH": path, "PROCESSES": str(processes)}


@pytest.fixture(scope="module")
def one_process(few_store, tmp_path_factory):
    out = tmp_path_factory.mktemp("one") / "model"
    with pytest.raises(SystemExit) as ended:
        main(train_command(few_store, out))
    assert not ended.value.code
    return load_file(out / "model.safetensors")


def assert_the_same_to_rounding(found, expected):
    assert set(found) == set(expected)
    for name, tensor in expected.items():
        if tensor.is_floating_point():
            difference = (found[name].double() - tensor.double()).norm() / (tensor.double().norm() + 1e-6)
            assert difference < LARGEST_DIFFERENCE, name


@pytest.mark.long
def test_two_processes_equal_one_at_the_same_batch(few_store, one_process, tmp_path):
    out = tmp_path / "model"
    command, environment = shared(2, train_command(few_store, out))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == str(out)
    assert_the_same_to_rounding(load_file(out / "model.safetensors"), one_process)
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


@pytest.mark.long
@pytest.mark.slow
def test_a_batch_in_three_parts_equals_the_whole(few_store, one_process, tmp_path, radiogene):
    out = tmp_path / "model"
    done = radiogene(*train_command(few_store, out, "--accumulate", "3"))
    assert done.returncode == 0, done.stderr
    assert_the_same_to_rounding(load_file(out / "model.safetensors"), one_process)


def test_processes_that_nobody_started_are_refused(few_store, tmp_path, radiogene):
    done = radiogene(*train_command(few_store, tmp_path / "model", "--devices", "2"))
    assert done.returncode == 3
    assert "torchrun --nproc-per-node 2" in done.stderr


def test_processes_that_were_started_and_not_asked_for_are_refused(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(SettingsError, match="wants 1 processes, and 2 were started"):
        require_machine(RunOptions(accelerator="cpu"))
