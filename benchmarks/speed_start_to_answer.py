"""From the start of `radiogene predict` to its answer: whole processes, preset `small`, one phantom patient's DICOM.

    .venv/bin/python benchmarks/speed_start_to_answer.py

The model is trained for one epoch on phantom patients, because times depend on its size alone. The stages are measured
inside a process that does the same steps; the interpreter's start is that of `python -c pass`. The report with its
activation maps is an option (`--out`) and is given apart. Quick: preset `tiny`, once.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import radiogene as rg
from harness import answer_stages
from harness.in_turn import timed_in_turn
from harness.results import BenchmarkResult, Figure, Goal, run_benchmark
from radiogene.cohort.row import CohortRow
from radiogene.phantom import write_cohort

COMMAND = Path(sys.executable).parent / "radiogene"
PATIENTS = 28
SECONDS = 5.0

ANSWER = "radiogene predict"
BARE, TORCH = "python -c pass", "python -c 'import torch'"


def made_model(folder: Path, preset: str) -> tuple[Path, CohortRow]:
    """A model of a preset, and a patient whose nodule is marked by a DICOM SEG."""
    cohort = rg.read_cohort(write_cohort(folder / "cohort", patients=PATIENTS, site="A", seed=3, workers=-1))
    rg.prepare_cohort(cohort, folder / "store", workers=-1)
    settings = {
        "preset": preset,
        "all_layers": {"epochs": 1},
        "fusion": {"epochs": 0},
        "validation_share": 0.3,
    }
    model = folder / "model"
    rg.train(folder / "store", model, settings=settings, run={"accelerator": "cpu"})
    return model, next(row for row in cohort.rows if str(row.nodule).endswith("seg.dcm"))


def process(*words: object) -> Callable[[], object]:
    return partial(
        subprocess.run, [str(word) for word in words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def stages(model: Path, row: CohortRow, repeats: int) -> dict[str, float]:
    """Median seconds of each stage over processes."""
    command = [sys.executable, answer_stages.__file__, str(model), str(row.ct), str(row.nodule)]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(repeats)]
    return {stage: statistics.median(run[stage] for run in runs) for stage in runs[0]}


def measure(quick: bool) -> BenchmarkResult:
    """Times the command, with its other engines and its report, and the stages within it."""
    preset, repeats = ("tiny", 1) if quick else ("small", 5)
    with tempfile.TemporaryDirectory() as folder:
        model, row = made_model(Path(folder), preset)
        process(COMMAND, "export", model, "--format", "openvino", "--quiet")()
        predict = (COMMAND, "predict", "--model", model, "--ct", row.ct, "--nodule", row.nodule, "--age", 70)
        contenders = {
            ANSWER: process(*predict),
            f"{ANSWER} --engine openvino --precision bf16, exported": process(
                *predict, "--engine", "openvino", "--precision", "bf16"
            ),
            f"{ANSWER} --out, with maps and report": process(*predict, "--out", Path(folder) / "report"),
            TORCH: process(sys.executable, "-c", "import torch"),
            BARE: process(sys.executable, "-c", "pass"),
        }
        timings = timed_in_turn(contenders, repeats)
        found = stages(model, row, repeats)
    parts = {"starting the interpreter": timings[BARE].median, **found}
    return BenchmarkResult(
        name="speed_start_to_answer",
        title=f"From process start to answer, `{preset}`",
        timings=list(timings.values()),
        figures=[Figure(f"stage: {stage}", seconds, "s") for stage, seconds in parts.items()],
        goals=[Goal(f"from process start to answer, `{preset}`", SECONDS, timings[ANSWER].median, "s", False)],
        packages=["torch", "pydicom", "scipy", "openvino"],
    )


if __name__ == "__main__":
    run_benchmark(measure, __doc__)
