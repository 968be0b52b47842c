"""A training step of ours against a plain Lightning loop, how long it waits for its batch, and the head stage.

    .venv/bin/python benchmarks/speed_training_step.py

Ours is what `radiogene train` runs: batches of a store, the augmented views of a batch in one `grid_sample`, the
stage, Lightning's fit. The plain loop has the same network from the same weights, the same batch and the same
augmentations, in eager float32, with every image transformed by MONAI. Quick: preset `tiny` in place of `small`.
"""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness.in_turn import timed_in_turn
from harness.results import BenchmarkResult, Figure, Goal, Timing, run_benchmark
from radiogene.networks.presets import SMALL, TINY, Preset
from radiogene.networks.view_sampling import ViewSampler
from radiogene.training.batches.augmentation import SYMMETRIES
from radiogene.training.fitting.precision import AUTO, FULL, chosen_precision
from radiogene.training.stages.frozen_features import frozen_features
from radiogene.training.stages.schedule import schedule_of
from training_loops.made_store import made_store
from training_loops.our_loop import OurLoop, TrainingData, head_epochs, network_of, views_of
from training_loops.plain_loop import PlainLoop
from training_loops.step_clock import StepClock

PLAIN = "plain Lightning loop, float32, MONAI transforms"
WORKERS = 2
"""Of the plain loop's loader: one per core. On 2 cores it is as fast as none, to the spread of the times."""

SHIFTS = ((0.0, 0.0),)
"""For the time of computing features once: 8 variants of a nodule, where the presets ask for 16 or 24."""


def ours(precision: str) -> str:
    """The name of our loop at a precision."""
    return f"`radiogene train --precision {precision}`"


def step_timing(name: str, clocks: Sequence[StepClock], note: str) -> Timing:
    """The seconds of all steps of all rounds."""
    return Timing(f"a step, {name}", tuple(step for clock in clocks for step in clock.steps), note)


def loader_share(clocks: Sequence[StepClock]) -> float:
    """Percent of the steps' time that they wait for their batch."""
    waits = sum(wait for clock in clocks for wait in clock.waits)
    return 100 * waits / sum(step for clock in clocks for step in clock.steps)


def time_of_features(data: TrainingData, preset: Preset, nodules: int) -> Timing:
    """The time of one nodule's features in 8 variants."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        sampler, cubes = ViewSampler(preset.image_size, views=views_of(preset)), data.cohort.cubes_zyx[:nodules]
        frozen_features(
            Path(folder) / "features.npy", network_of(preset, data), sampler, data.standardisation, cubes, SHIFTS
        )
        seconds = (time.perf_counter() - started) / nodules
    return Timing("features of one nodule, 8 flips and turns, computed once", (seconds,))


def head_timings(data: TrainingData, preset: Preset, precision: str, epochs: int) -> tuple[Timing, Timing]:
    """Epochs of the head stage over features from a file, and with the frozen network in every step."""
    batch = schedule_of(preset.name).batch_patients
    nodules, network = len(data.cohort.index), network_of(preset, data)
    variants = SYMMETRIES * len(schedule_of(preset.name).branch_shifts_mm)
    # An epoch's time does not depend on what the features are.
    shape = (nodules, variants, network.views, network.feature_count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "features.npy"
        np.save(path, np.random.default_rng(0).random(shape, dtype=np.float32))
        stored = np.load(path, mmap_mode="r")
        fast = head_epochs(data, preset, stored, epochs=4 * epochs, batch=batch, precision=precision)
    slow = head_epochs(data, preset, None, epochs=epochs, batch=batch, precision=precision)
    note = f"{nodules} nodules; validation of 2 and checkpoint included"
    return (
        Timing("an epoch of the head stage, features computed once", tuple(fast), note),
        Timing(f"an epoch of the head stage, frozen network in every step, {precision}", tuple(slow), note),
    )


def measure(quick: bool) -> BenchmarkResult:
    """Times the loops in turn, then the head stage."""
    preset, rounds, steps, patients = (TINY, 2, 2, 32) if quick else (SMALL, 2, 2, 64)
    fast = chosen_precision(AUTO, "cpu")
    with tempfile.TemporaryDirectory() as folder:
        data = TrainingData.of(made_store(Path(folder) / "store", patients))
        loops = {ours(precision): OurLoop(data, preset, precision, steps) for precision in dict.fromkeys((fast, FULL))}
        plain = PlainLoop(data, preset, steps, WORKERS)
        timed_in_turn({**loops, PLAIN: plain}, rounds, warm_ups=0)
        features = time_of_features(data, preset, 2)
        head_once, head_each = head_timings(data, preset, fast, 3)
    schedule = schedule_of(preset.name)
    batch = schedule.batch_patients
    note = f"`{preset.name}`, {batch} patients, {preset.view_count * batch} images of {preset.image_size} pixels"
    timings = {name: step_timing(name, loop.clocks, note) for name, loop in loops.items()}
    timings[PLAIN] = step_timing(PLAIN, plain.clocks, f"{note}; {WORKERS} loader processes")
    best, plain_seconds = timings[ours(fast)].median, timings[PLAIN].median
    head_gain = head_each.median / head_once.median
    saved = head_each.median - head_once.median
    figures = [
        Figure("our throughput", batch / best, "patients a second", fast),
        Figure("our step in float32 against the plain loop", plain_seconds / timings[ours(FULL)].median, "times"),
        Figure("the plain loop waits for its batch", loader_share(plain.clocks), "% of a step"),
        Figure(
            "epochs of the head stage after which computing its features has paid",
            features.median * len(schedule.branch_shifts_mm) * patients / saved,
            "epochs",
            f"{SYMMETRIES * len(schedule.branch_shifts_mm)} variants, as the preset has them",
        ),
    ]
    return BenchmarkResult(
        name="speed_training_step",
        title="A training step",
        timings=[*timings.values(), features, head_once, head_each],
        figures=figures,
        goals=[
            Goal(
                f"training step against a plain Lightning loop (`{preset.name}`)",
                2.5,
                plain_seconds / best,
                "times",
                True,
            ),
            Goal("training waits for its batch", 5, loader_share(loops[ours(fast)].clocks), "% of a step", False),
            Goal("head stage against the frozen network in every step", 20, head_gain, "times", True),
        ],
        packages=["torch", "lightning", "monai"],
    )


if __name__ == "__main__":
    run_benchmark(measure, __doc__)
