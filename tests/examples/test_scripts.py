"""The shell scripts of examples/: their syntax, their options, and the Dask one run on a small cohort."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.documentation_pages import REPOSITORY, script
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.prepare import prepare_cohort
from radiogene.cohort.table.cohort_table import read_cohort

SCRIPTS = sorted(path for kind in ("*.sh", "*.sbatch") for path in (REPOSITORY / "examples").rglob(kind))
CALL = re.compile(r"\bradiogene ([a-z][\w-]*)([^|&;>]*)")


def commands(path):
    """Every call of the program in a script: verb and options."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [(verb, re.findall(r"(?<!\S)--[\w-]+", rest)) for line in lines for verb, rest in CALL.findall(line)]


def environment(**more):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, **more}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_executable_bash(path):
    assert path.read_text().startswith("#!/usr/bin/env bash\n")
    assert os.access(path, os.X_OK)
    done = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_has_the_verbs_and_options_of_the_program(path):
    module = script("commands")
    options_of = {verb: {n for p in module.parameters(f) for n in p.names} for verb, f in module.verbs().items()}
    found = commands(path)
    assert found or path.name == "with_cluster.sh"
    for verb, options in found:
        assert set(options) <= options_of[verb], f"{path.name}: radiogene {verb}"
    if "with_cluster.sh" in path.read_text() and path.name != "with_cluster.sh":
        assert all("--scheduler" in options_of[verb] for verb, _ in found)


@pytest.mark.parametrize("path", [path for path in SCRIPTS if path.suffix == ".sbatch"], ids=lambda path: path.name)
def test_a_job_names_what_it_lacks(path):
    done = subprocess.run(["bash", str(path)], capture_output=True, text=True, check=False, env=environment())
    assert done.returncode != 0
    assert re.search(r"(COHORT|STORE|TRAIN): the .*|TRAIN: store to fit on", done.stderr)


@pytest.mark.long
def test_the_dask_script_prepares_a_cohort(synthetic_cohort, tmp_path):
    with synthetic_cohort.open(newline="") as file:
        rows = list(csv.DictReader(file))[:3]
    table = synthetic_cohort.with_name("three.csv")
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    command = ["examples/dask/with_cluster.sh", "radiogene", "prepare", str(table), "--out", str(tmp_path / "there")]
    done = subprocess.run(
        [*command, "--quiet"], capture_output=True, text=True, check=False, cwd=REPOSITORY, timeout=300,
        env=environment(WORKERS="1", TMPDIR=str(tmp_path)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("3 cubes made")
    prepare_cohort(read_cohort(table), tmp_path / "here")
    here, there = CubeStore.open(tmp_path / "here"), CubeStore.open(tmp_path / "there")
    assert here.records == there.records
    assert (here.cubes() == there.cubes()).all()


def test_the_dask_script_ends_with_the_code_of_its_command(tmp_path):
    command = ["examples/dask/with_cluster.sh", "bash", "-c", "exit 7"]
    done = subprocess.run(
        command, capture_output=True, check=False, cwd=REPOSITORY, env=environment(TMPDIR=str(tmp_path)), timeout=300
    )
    assert done.returncode == 7
    assert list(tmp_path.glob("tmp.*")) == []
