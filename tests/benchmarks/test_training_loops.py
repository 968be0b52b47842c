"""The timed training loops in the smallest sizes: what is timed is what trains, and figures are read as written."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from harness.results import Figure
from radiogene.networks.description import describe
from radiogene.networks.presets import TINY
from radiogene.training.fitting.precision import FULL
from training_loops.cost_curves import MEMORY, PATIENTS, PER_EPOCH, VIEWS, cost_curves, cost_figure
from training_loops.device_step import DeviceStep, device_result, matrix_peak, reached
from training_loops.made_store import made_store
from training_loops.our_loop import OurLoop, TrainingData

pytestmark = pytest.mark.long

CPU = torch.device("cpu")
GPU_SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu_training.py"


def test_our_loop_times_every_step_but_the_first_and_its_wait_lies_within(tmp_path):
    data = TrainingData.of(made_store(tmp_path / "store", 4))
    loop = OurLoop(data, TINY, FULL, steps=2, batch=2, view_names=("axial", "coronal"))
    loop()
    (clock,) = loop.clocks
    assert len(clock.asked) == len(clock.got) == len(clock.done) == 3
    assert len(clock.steps) == len(clock.waits) == 2
    assert all(0 < wait < step for wait, step in zip(clock.waits, clock.steps, strict=True))


def test_a_step_on_a_device_learns_and_counts_all_its_operations():
    step = DeviceStep(TINY, 2, CPU, compiled=False)
    call = step.prepared()
    losses = [call().item() for _ in range(3)]
    assert len(set(losses)) == 3
    assert step.operations == describe(TINY, ("EGFR", "KRAS"), 3).total.operations * 2 * 6
    found = reached(step, repeats=1)
    assert found is not None
    assert len(found.seconds) == 1
    assert found.seconds[0] > 0
    assert matrix_peak(CPU, 1) > 0


def test_its_result_has_rate_and_share_of_every_size():
    step = DeviceStep(TINY, 1, CPU, compiled=False)
    result = device_result([step], CPU, repeats=1).to_json(quick=True)
    seconds = result["timings"][0]["median"]
    peak, rate, share = (figure["value"] for figure in result["figures"])
    assert rate == pytest.approx(18 / seconds)
    assert share == pytest.approx(100 * step.operations / seconds / (peak * 1e12))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_its_script_says_so_and_writes_nothing(tmp_path):
    out = tmp_path / "result.json"
    done = subprocess.run(
        [sys.executable, GPU_SCRIPT, "--out", out], capture_output=True, text=True, check=True, timeout=120
    )
    assert "No CUDA GPU here" in done.stderr
    assert not out.exists()


def test_curves_are_read_back_from_the_figures_of_a_result():
    figures = [
        Figure(f"50 {PATIENTS}", 2.0, PER_EPOCH),
        Figure(f"50 {PATIENTS}", 300.0, MEMORY),
        Figure(f"100 {PATIENTS}", 4.0, PER_EPOCH),
        Figure(f"100 {PATIENTS}", 330.0, MEMORY),
        Figure(f"100 {PATIENTS} in the store", 5.0, PER_EPOCH),
        Figure("20 pixels", 1.0, "s a step"),
        Figure("20 pixels", 200.0, MEMORY),
        Figure(f"3 {VIEWS}", 1.0, "s a step"),
        Figure(f"3 {VIEWS}", 210.0, MEMORY),
    ]
    result = {"figures": [vars(figure) for figure in figures]}
    patients = cost_curves(result)[PATIENTS]
    assert (patients.amounts, patients.seconds, patients.memory_mb) == ([50, 100], [2.0, 4.0], [300.0, 330.0])
    upper, lower = (panel.lines[0].get_ydata().tolist() for panel in cost_figure(result).axes[0:4:3])
    assert (upper, lower) == ([2.0, 4.0], [0.3, 0.33])
