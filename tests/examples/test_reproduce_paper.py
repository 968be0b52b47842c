"""The commands of examples/reproduce-paper run as they are printed, on a phantom laid out as the collection is."""

import csv
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "reproduce-paper"
SCRIPT = EXAMPLE / "on_phantom.py"
STEPS = 7
"""Of eight. The last makes every table and figure by the command of the seventh, which is minutes of work."""


def printed_blocks():
    specification = importlib.util.spec_from_file_location("on_phantom", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.blocks()


def test_the_steps_are_the_papers_whole_way():
    verb = re.compile(r"^radiogene (cohort [\w-]+|experiment \w+|\w+)", re.MULTILINE)
    verbs = [verb.findall(text) for text in printed_blocks()]
    assert verbs == [
        ["cohort nsclc-radiogenomics"],
        ["cohort nsclc-radiogenomics", "check", "check"],
        ["cohort table1"],
        ["prepare", "prepare"],
        ["pretrain"],
        ["train", "evaluate"],
        ["experiment figure7"],
        ["experiment all"],
    ]


def test_the_last_step_is_the_one_before_it_for_everything():
    one, everything = printed_blocks()[STEPS - 1 :]
    assert everything == f"{one.rstrip()} || test $? = 20\n".replace("figure7", "all")


@pytest.mark.long
def test_every_command_runs_on_a_phantom_of_the_collection(tmp_path):
    command = [sys.executable, SCRIPT, "--out", tmp_path, "--steps", STEPS]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stdout.count("peak memory") == STEPS
    with (tmp_path / "external.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["patient_id"] for row in rows] == [f"R01-00{n}" for n in (1, 2, 3, 5, 6, 7)] + ["R01-010"]
    assert (tmp_path / "table1" / "table1.tex").exists()
    model = json.loads((tmp_path / "mmdl" / "manifest.json").read_text())
    assert model["initial_weights"]["classes"] == ["lying", "standing"]
    assert (tmp_path / "mmdl" / "out_of_fold.csv").exists()
    evaluation = json.loads((tmp_path / "evaluation" / "evaluation.json").read_text())
    assert evaluation["synthetic"] is True
    assert evaluation["patients"] == len(rows)
    assert "Class activation maps of EGFR" in (tmp_path / "evidence" / "report.html").read_text(encoding="utf-8")
    assert (tmp_path / "evidence" / "figures" / "figure7.png").stat().st_size > 0
