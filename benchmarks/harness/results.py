"""The one form in which every timed benchmark reports: timings, figures, and goals with what was reached."""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.machine import machine_facts

RESULTS = Path(__file__).parents[1] / "results"


@dataclass(frozen=True)
class Timing:
    """Repeated times of one contender.

    Attributes:
        what: the contender, as a row of the table names it.
        seconds: of each repeat.
        note: what a reader has to know beside it.
    """

    what: str
    seconds: tuple[float, ...]
    note: str = ""

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Figure:
    """One measured number that is no repeated time: bytes, a share, a rate."""

    what: str
    value: float
    unit: str
    note: str = ""


@dataclass(frozen=True)
class Goal:
    """A limit that was set beforehand, and what was found.

    Attributes:
        what: in words.
        wanted: the limit.
        found: the measured value, in the same unit.
        unit: "times", "MB", "s" ...
        at_least: True where more is better.
    """

    what: str
    wanted: float
    found: float
    unit: str
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether the limit is kept."""
        return self.found >= self.wanted if self.at_least else self.found <= self.wanted


@dataclass(frozen=True)
class BenchmarkResult:
    """What one script measured.

    Attributes:
        name: of the script, without its ending.
        title: a heading of the page of performance.
        timings, figures, goals: see there.
        packages: of which the versions are written down.
    """

    name: str
    title: str
    timings: Sequence[Timing] = ()
    figures: Sequence[Figure] = ()
    goals: Sequence[Goal] = ()
    packages: Sequence[str] = ()

    def to_json(self, *, quick: bool) -> dict[str, Any]:
        """The result as plain JSON values."""
        return {
            "name": self.name,
            "title": self.title,
            "command": f"python benchmarks/{self.name}.py" + (" --quick" if quick else ""),
            "quick": quick,
            "machine": machine_facts(self.packages),
            "timings": [{**asdict(timing), "median": timing.median} for timing in self.timings],
            "figures": [asdict(figure) for figure in self.figures],
            "goals": [{**asdict(goal), "met": goal.met} for goal in self.goals],
        }


def run_benchmark(measure: Callable[[bool], BenchmarkResult], description: str | None) -> None:
    """The command line of a script: `--quick`, `--out`; writes the result and prints it.

    Args:
        measure: takes whether to be quick.
        description: of the script.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer repeats and smaller inputs")
    parser.add_argument("--out", type=Path, help="where to write the result (JSON); by default it is printed only")
    options = parser.parse_args()
    result = measure(options.quick)
    content = json.dumps(result.to_json(quick=options.quick), indent=1) + "\n"
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(content, encoding="utf-8")
    sys.stdout.write(content)
