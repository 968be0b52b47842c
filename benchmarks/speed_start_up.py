"""How long a command takes before it does anything: `--help` of the program and of its verbs, each a whole process.

.venv/bin/python benchmarks/speed_start_up.py
"""

import subprocess
import sys
from functools import partial
from pathlib import Path

from harness.in_turn import timed_in_turn
from harness.results import BenchmarkResult, Goal, run_benchmark

COMMAND = Path(sys.executable).parent / "radiogene"
CALLS = (["--help"], ["--version"], ["predict", "--help"], ["experiment", "--help"], ["methods"], ["methods", "--json"])


def call(words: list[str]) -> None:
    subprocess.run([COMMAND, *words], check=True, stdout=subprocess.DEVNULL)


def measure(quick: bool) -> BenchmarkResult:
    """Times every call, and Python alone."""
    contenders = {f"radiogene {' '.join(words)}": partial(call, words) for words in CALLS}
    contenders["python -c pass"] = partial(subprocess.run, [sys.executable, "-c", "pass"], check=True)
    timings = timed_in_turn(contenders, 3 if quick else 15)
    help_seconds = timings["radiogene --help"].median
    return BenchmarkResult(
        name="speed_start_up",
        title="Start-up",
        timings=list(timings.values()),
        goals=[Goal("`radiogene --help`, the whole process", 0.3, help_seconds, "s", False)],
        packages=["typer"],
    )


if __name__ == "__main__":
    run_benchmark(measure, __doc__)
