"""Preparing a cohort: two workers against one, memory against the cohort's size, and what added patients cost.

Series of 200 x 512 x 512 are written once into a temporary folder (0.2 GB) and read from the page cache; a cohort has
many nodules in them. Two processes need two free cores: on a busy machine the ratio says nothing.

    .venv/bin/python benchmarks/speed_preparation.py
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from harness.in_turn import timed_in_turn
from harness.made_cohort import cohort_table, preparation, write_series_of_cohort
from harness.results import BenchmarkResult, Figure, Goal, Timing, run_benchmark

WANTED_RATIO = 1.8
LARGEST_GROWTH_MB = 20.0
"""Of the peak of the writing process from a cohort to one of four times the size: allocators and one table's rows."""

SERIES = 2
SLICES = 200

PEAK_OF_PREPARATION = """
import sys
from pathlib import Path
from radiogene.cohort.store.prepare import prepare_cohort
from radiogene.cohort.table.cohort_table import read_cohort
assert not prepare_cohort(read_cohort(Path(sys.argv[1])), Path(sys.argv[2]), workers=2).failed
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1024)
"""
"""Not getrusage's ru_maxrss, which begins with the memory of the process that started this one."""


def measure(quick: bool) -> BenchmarkResult:
    """The result of this script."""
    patients, repeats, slices = (8, 2, 80) if quick else (96, 5, SLICES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_series_of_cohort(folder, SERIES, slices)
        warm, cold = _timings(folder, patients, repeats, quick=quick)
        peaks = [_peak_mb(folder, count) for count in (patients, 4 * patients)]
        added = _seconds_of_added(folder, patients)
    ratio = warm["1 worker"].median / warm["2 workers"].median
    alone, together = (patients / timing.median for timing in warm.values())
    return BenchmarkResult(
        name="speed_preparation",
        title=f"Preparing {patients} patients ({slices} x 512 x 512)",
        timings=[*warm.values(), *cold.values()],
        figures=[
            Figure("throughput, 1 worker", alone, "patients a second"),
            Figure("throughput, 2 workers", together, "patients a second", "one process writes the store"),
            Figure(
                "2 workers against 1, with start-up",
                cold["command, 1 worker"].median / cold["command, 2 workers"].median,
                "times",
                "whole commands; start-up is paid once, whatever the number of patients",
            ),
            Figure(f"peak memory of the writing process, {patients} patients", peaks[0], "MB"),
            Figure(f"peak memory of the writing process, {4 * patients} patients", peaks[1], "MB"),
            Figure(f"adding 4 patients to {patients}", added, "times", "of what these 4 cost alone"),
        ],
        goals=[
            Goal("preparation, 2 workers against 1", WANTED_RATIO, ratio, "times", at_least=True),
            Goal("memory of 4 times the cohort", LARGEST_GROWTH_MB, peaks[1] - peaks[0], "MB more", at_least=False),
            Goal("adding patients", 1.5, added, "times the new ones alone", at_least=False),
        ],
        packages=("joblib", "pydicom", "zarr"),
    )


def _timings(folder: Path, patients: int, repeats: int, *, quick: bool) -> tuple[dict[str, Timing], dict[str, Timing]]:
    """Workers that run already, then whole commands; by name."""
    table = cohort_table(folder, patients, SERIES)
    warm = {"1 worker": preparation(folder, table, 1), "2 workers": preparation(folder, table, 2)}
    cold = {f"command, {name}": _commanded(folder, table, n) for n, name in enumerate(warm, start=1)}
    return timed_in_turn(warm, repeats), timed_in_turn(cold, 1 if quick else 3, warm_ups=0)


def _commanded(folder: Path, table: Path, workers: int) -> Callable[[], None]:
    """The whole command into a fresh store."""

    def prepare() -> None:
        shutil.rmtree(folder / "store", ignore_errors=True)
        _radiogene("prepare", table, "--out", folder / "store", "--workers", workers, "--quiet")

    return prepare


def _peak_mb(folder: Path, patients: int) -> float:
    """Peak memory of the process that writes the store, in a process of its own."""
    table = cohort_table(folder, patients, SERIES)
    store = folder / f"store-of-{patients}"
    command = [sys.executable, "-c", PEAK_OF_PREPARATION, str(table), str(store)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _seconds_of_added(folder: Path, patients: int) -> float:
    """What 4 patients cost whose store has `patients` already, in units of what they cost in a store of their own."""
    from radiogene.cohort.store.prepare import prepare_cohort
    from radiogene.cohort.table.cohort_table import read_cohort

    larger = read_cohort(cohort_table(folder, patients + 4, SERIES))
    new = replace(larger, rows=larger.rows[patients:])
    store = folder / f"store-of-{patients}"
    seconds = []
    for cohort, place in ((new, folder / "store-of-4"), (larger, store)):
        started = time.perf_counter()
        summary = prepare_cohort(cohort, place)
        seconds.append(time.perf_counter() - started)
        if summary.done != 4:
            raise SystemExit(f"{summary.done} cubes were made; 4 were new.")
    return seconds[1] / seconds[0]


def _radiogene(*words: object) -> None:
    """A command of the program."""
    command = [sys.executable, "-c", "from radiogene.cli.app import main; main()", *map(str, words)]
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    run_benchmark(measure, __doc__)
