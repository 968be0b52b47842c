"""What training costs against the size of the cohort, of the images and the number of views: seconds and memory.

    .venv/bin/python benchmarks/speed_training_costs.py

Every point is a process of its own, so that its peak memory is its own; the peak is counted above the imported process.
The cohort's curve has preset `tiny`, an epoch of all layers; the others have the network of `small`, a step of four
patients. `write_cost_curves` draws the three curves into docs/images/training_costs.png from the result.
"""

import multiprocessing
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

from harness.peak_memory import forgotten_peak_mb, peak_mb
from harness.results import BenchmarkResult, Figure, run_benchmark
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.networks.presets import SMALL, TINY
from radiogene.training.batches import stored_cubes
from radiogene.training.fitting.precision import AUTO, chosen_precision
from radiogene.training.stages.schedule import schedule_of
from training_loops.cost_curves import MEMORY, PATIENTS, PER_EPOCH, PER_STEP, PIXELS, VIEWS
from training_loops.made_store import made_store
from training_loops.our_loop import OurLoop, TrainingData

STEPS = 2
STEP_PATIENTS = 4


@dataclass(frozen=True)
class Cost:
    """Seconds, of an epoch or a step, and the peak memory above the imported process in MB."""

    seconds: float
    memory_mb: float


def in_own_process(call: Callable[[], float]) -> Cost:
    """What a call returns as seconds, and its peak memory.

    Args:
        call: run in a copy of this process, which has imported everything and computed nothing.
    """
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_measured, (call,))


def _measured(call: Callable[[], float]) -> Cost:
    before = forgotten_peak_mb()
    seconds = call()
    return Cost(seconds, peak_mb() - before)


def make(store: Path, patients: int) -> float:
    """Nothing of interest; the store is there then."""
    made_store(store, patients)
    return 0.0


def epoch(store: Path, patients: int, held: int = stored_cubes.HELD_IN_MEMORY) -> float:
    """Seconds of an epoch of all layers of `tiny`.

    Args:
        store: with at least these patients.
        patients: that are trained on.
        held: cubes of a cohort that stay in memory; a larger cohort's are read for every batch.
    """
    stored_cubes.HELD_IN_MEMORY = held
    batch = schedule_of(TINY.name).batch_patients
    data = TrainingData.of(CubeStore.open(store), patients)
    loop = OurLoop(data, TINY, chosen_precision(AUTO, "cpu"), steps=patients // batch - 1)
    loop()
    steps = loop.clocks[0].steps
    # The first step has warmed up and counts for nothing; it would have been one like the others.
    return sum(steps) * (len(steps) + 1) / len(steps)


def step(store: Path, image_size: int, views: int) -> float:
    """Seconds of a step of four patients.

    Args:
        store: of some patients.
        image_size: pixels.
        views: how many of the nine.
    """
    preset = replace(SMALL, image_size=image_size)
    names = VIEW_NAMES[:views]
    precision = chosen_precision(AUTO, "cpu")
    loop = OurLoop(TrainingData.of(CubeStore.open(store)), preset, precision, STEPS, STEP_PATIENTS, names)
    loop()
    return median(loop.clocks[0].steps)


def figures_of(amount: int, what: str, per: str, cost: Cost, note: str = "") -> list[Figure]:
    """The two numbers of a point."""
    name = f"{amount} {what}"
    return [Figure(name, cost.seconds, per, note), Figure(name, cost.memory_mb, MEMORY, note)]


def measure(quick: bool) -> BenchmarkResult:
    """Measures the points of the three curves."""
    cohorts, sizes, views = (
        ((16, 32), (64, 96), (1, 3)) if quick else ((50, 100, 200, 400), (64, 96, 128, 192, 299), (1, 3, 5, 9))
    )
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder) / "large", Path(folder) / "small"
        in_own_process(partial(make, large, max(cohorts)))
        in_own_process(partial(make, small, STEP_PATIENTS))
        for patients in cohorts:
            figures += figures_of(patients, PATIENTS, PER_EPOCH, in_own_process(partial(epoch, large, patients)))
        unheld = in_own_process(partial(epoch, large, max(cohorts), 0))
        note = "cubes read from the store for every batch, as of more than 2,048"
        figures += figures_of(max(cohorts), f"{PATIENTS} in the store", PER_EPOCH, unheld, note)
        for size in sizes:
            figures += figures_of(size, PIXELS, PER_STEP, in_own_process(partial(step, small, size, len(VIEW_NAMES))))
        for count in views:
            figures += figures_of(count, VIEWS, PER_STEP, in_own_process(partial(step, small, SMALL.image_size, count)))
    return BenchmarkResult(
        name="speed_training_costs",
        title=f"What training costs ({chosen_precision(AUTO, 'cpu')})",
        figures=figures,
        packages=["torch", "lightning"],
    )


if __name__ == "__main__":
    run_benchmark(measure, __doc__)
