"""Runs every timed benchmark in a process of its own, and rewrites the tables of docs/performance.md.

    .venv/bin/python benchmarks/bench.py            all, under half an hour (`make bench`)
    .venv/bin/python benchmarks/bench.py --quick    smaller, under five minutes (`make bench-quick`); writes no page

One is named without its prefix `speed_`. Results go to benchmarks/results/, quick ones to a folder there that git
ignores. A benchmark that ends with an error, or a goal that is missed, is named at the end, and the exit code is 1.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from harness.page import write_page
from harness.results import RESULTS
from scaling_plan import write_scaling_page
from training_loops.cost_curves import write_cost_curves

BENCHMARKS = Path(__file__).parent
PREFIX = "speed_"

GPU_SCRIPT = BENCHMARKS / "gpu_training.py"
NVIDIA_DRIVER = Path("/proc/driver/nvidia")
"""Where it is absent, the script of the GPU is left out."""


@dataclass(frozen=True)
class Outcome:
    """How one script ended.

    Attributes:
        name: of the script.
        seconds: it took.
        code: its exit code.
        missed: the goals that were not reached, in words.
    """

    name: str
    seconds: float
    code: int
    missed: tuple[str, ...]

    @property
    def line(self) -> str:
        """For the summary."""
        state = f"ended with code {self.code}" if self.code else "; ".join(self.missed) or "all goals met"
        return f"{self.name:28} {self.seconds:7.1f} s   {state}"


def scripts(names: list[str]) -> list[Path]:
    """The scripts with these names, or all, in the order of the data's way through the program."""
    found = {path.stem.removeprefix(PREFIX): path for path in BENCHMARKS.glob(f"{PREFIX}*.py")}
    if NVIDIA_DRIVER.exists():
        found[GPU_SCRIPT.stem] = GPU_SCRIPT
    unknown = sorted(set(names) - set(found))
    if unknown:
        raise SystemExit(f"No benchmark {unknown[0]!r}: expected one of {', '.join(sorted(found))}.")
    return [found[name] for name in sorted(names or found)]


def run(script: Path, *, quick: bool, results: Path) -> Outcome:
    """Runs one script; its result is written to `results`."""
    out = results / f"{script.stem}.json"
    started = time.monotonic()
    command = [sys.executable, str(script), "--out", str(out), *(["--quick"] if quick else [])]
    code = subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode
    # A script that finds nothing to measure here writes no result.
    goals = json.loads(out.read_text(encoding="utf-8"))["goals"] if code == 0 and out.exists() else []
    missed = tuple(
        f"missed: {goal['what']}, {goal['found']:.3g} {goal['unit']}, wanted {goal['wanted']:g}"
        for goal in goals
        if not goal["met"]
    )
    return Outcome(script.stem, time.monotonic() - started, code, missed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only these benchmarks")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    results = RESULTS / "quick" if options.quick else RESULTS
    outcomes = []
    for script in scripts(options.names):
        print(f"{script.stem} ...", file=sys.stderr, flush=True)
        outcomes.append(run(script, quick=options.quick, results=results))
    if not options.quick:
        write_page(RESULTS)
        write_cost_curves(RESULTS)
        write_scaling_page(RESULTS)
    print("\n".join(outcome.line for outcome in outcomes))
    if any(outcome.code or outcome.missed for outcome in outcomes):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
