"""Writes two tables of docs/performance.md from the results of the benchmarks: unit costs, and what cohorts need.

    .venv/bin/python benchmarks/scaling_plan.py

Nothing is measured here. `benchmarks/bench.py` runs it after the benchmarks.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from harness.page import PAGE, REPOSITORY
from harness.results import RESULTS
from harness.unit_costs import Results

sys.path.insert(0, str(REPOSITORY / "docs"))
from generated_block import rewrite

COHORTS = (1_000, 100_000, 10_000_000)
SLICES, SLICE_BYTES, SLICE_MM = 300, 2 * 512 * 512, 1.25
HEADER_BYTES = 8 << 10
"""Read of each file that gives no pixels."""

READ_SLICES = 64 / SLICE_MM + 2 * 12
"""Those that the cube touches, and 12 on each side for the spline."""

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class UnitCost:
    """What one scan or nodule costs.

    Attributes:
        what: in words.
        value: per scan.
        unit: of the value.
        source: the benchmark.
    """

    what: str
    value: float
    unit: str
    source: str


def unit_costs(results: Results) -> dict[str, UnitCost]:
    """The unit costs by a short name."""
    store = "speed_store"
    record = results.figure(store, "a record's line") + results.figure(store, "a record in the index")
    cube = results.figure(store, "a cube, compressed") + results.figure(store, "a segment, compressed")
    cutting = 1 / results.figure("speed_preparation", "throughput, 1 worker")
    return {
        "scan": UnitCost("a scan on disk, uncompressed", SLICES * SLICE_BYTES, "bytes", "300 slices of 512 x 512"),
        "read": UnitCost(
            "of which preparation reads",
            READ_SLICES * SLICE_BYTES + SLICES * HEADER_BYTES,
            "bytes",
            "all headers, 75 slices",
        ),
        "prepare": UnitCost("preparing it, warm files", cutting, "core s", "speed_preparation"),
        "cube": UnitCost("its cube and segment in the store", cube, "bytes", store),
        "record": UnitCost("its record", record, "bytes", store),
        "fetch": UnitCost(
            "reading its cube again, local disk",
            1 / results.figure(store, "reading in random order, local disk, warm"),
            "s",
            store,
        ),
        **{f"network {what}": cost for what, cost in _network_costs(results).items()},
    }


def _network_costs(results: Results) -> dict[str, UnitCost]:
    """What the networks' arithmetic costs, on all cores together; nothing of what was not measured."""
    predicting, training = "speed_prediction", "speed_training_step"
    costs = []
    if results.has(predicting):
        cores = int(results.machine(predicting)["cores"])
        engines = {"float32": "PyTorch float32, channels last (the default)", "int8": "OpenVINO int8"}
        costs += [
            UnitCost(
                f"predicting, `paper`, {precision}", cores * results.seconds(predicting, engine), "core s", predicting
            )
            for precision, engine in engines.items()
        ]
    if results.has(training):
        cores = int(results.machine(training)["cores"])
        step = cores / results.figure(training, "our throughput")
        costs.append(UnitCost("one epoch of training, `small`", step, "core s", training))
    return {cost.what: cost for cost in costs}


def plan_rows(costs: dict[str, UnitCost]) -> list[tuple[str, list[str]]]:
    """Per line of the plan its name and a cell for each cohort."""
    return [
        ("scans on disk", [_bytes(n * costs["scan"].value) for n in COHORTS]),
        ("read by `prepare`", [_bytes(n * costs["read"].value) for n in COHORTS]),
        ("files opened by `prepare`", [f"{n * SLICES:,}" for n in COHORTS]),
        ("preparation, core hours", [_hours(n * costs["prepare"].value) for n in COHORTS]),
        ("store", [_bytes(n * (costs["cube"].value + costs["record"].value)) for n in COHORTS]),
        ("its records alone", [_bytes(n * costs["record"].value) for n in COHORTS]),
        ("objects of the store", [f"{2 * n:,}" for n in COHORTS]),
        *(
            (f"{cost.what}, core hours", [_hours(n * cost.value) for n in COHORTS])
            for name, cost in costs.items()
            if name.startswith("network")
        ),
    ]


def unit_table(costs: dict[str, UnitCost]) -> str:
    """The unit costs in Markdown."""
    rows = [f"| {cost.what} | {_value(cost)} | {cost.source} |" for cost in costs.values()]
    return "\n".join(["| one scan | | from |", "| --- | --- | --- |", *rows])


def plan_table(costs: dict[str, UnitCost]) -> str:
    """The plan in Markdown."""
    head = "| | " + " | ".join(f"{n:,} scans" for n in COHORTS) + " |"
    rows = [f"| {name} | " + " | ".join(cells) + " |" for name, cells in plan_rows(costs)]
    return "\n".join([head, "| --- " * (1 + len(COHORTS)) + "|", *rows])


def _value(cost: UnitCost) -> str:
    return _bytes(cost.value) if cost.unit == "bytes" else f"{cost.value:.3g} {cost.unit}"


def _bytes(count: float) -> str:
    for unit, size in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} bytes"


def _hours(seconds: float) -> str:
    hours = seconds / SECONDS_PER_HOUR
    return f"{hours:,.0f}" if hours >= 10 else f"{hours:.2g}"


def write_scaling_page(folder: Path) -> None:
    """Rewrites both tables of the page."""
    costs = unit_costs(Results(folder))
    rewrite(PAGE, "unit costs", unit_table(costs))
    rewrite(PAGE, "plan", plan_table(costs))


if __name__ == "__main__":
    write_scaling_page(RESULTS)
