"""The commands of examples/reproduce-paper run as they are printed, on a phantom laid out as the collection is."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "reproduce-paper"


@pytest.mark.long
def test_every_command_runs_on_a_phantom_of_the_collection(tmp_path):
    words = ["--out", tmp_path, "--patients", "10", "--training", "14", "--epochs", "1"]
    command = [sys.executable, EXAMPLE / "on_phantom.py", *words]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stdout.count("peak memory") == 6
    with (tmp_path / "external.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["patient_id"] for row in rows] == [f"R01-00{n}" for n in (1, 2, 3, 5, 6, 7)] + ["R01-010"]
    assert (tmp_path / "table1" / "table1.tex").exists()
    for folder in ("table3-mmdl", *(f"table8-{name}" for name in ("none", "age", "sex", "smoking"))):
        evaluation = json.loads((tmp_path / folder / "evaluation.json").read_text())
        assert evaluation["synthetic"] is True
        assert evaluation["patients"] == len(rows)
