"""Figures as the cells of a Markdown table, as they stand in docs/real-data.md, and the file that holds them all."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from patients.nested_evaluation import NestedResult
from radiogene.evaluation.measure import Measure
from radiogene.evaluation.repeated_fits import SeedSpread
from radiogene.storage.atomic_files import write_json, write_text

NOTHING = "–"


def cell(measure: Measure, digits: int = 2) -> str:
    """A figure with its interval: `0.71 (0.58 to 0.83)`; a dash where it is undefined."""
    if measure.value is None:
        return NOTHING
    value = f"{measure.value:.{digits}f}"
    if measure.interval is None:
        return value
    return f"{value} ({measure.interval.low:.{digits}f} to {measure.interval.high:.{digits}f})"


def range_cell(spread: SeedSpread) -> str:
    """The lowest and the highest of several seeds, which are no interval: `0.44 to 0.52`."""
    return f"{spread.lowest:.2f} to {spread.highest:.2f}"


def spread_cell(spread: SeedSpread | None) -> str:
    """The mean of several seeds, the lowest, the highest and how many there were: `0.48 [0.44 to 0.52; 10]`."""
    return NOTHING if spread is None else f"{spread.mean:.2f} [{range_cell(spread)}; {spread.seeds}]"


NESTED_HEADINGS = ("patients (mutants)", "AUC", "AUC over seeds", "ACC", "SEN", "SPE", "F1")


def nested_cells(result: NestedResult) -> list[str]:
    """One row's cells from the patients on, under `NESTED_HEADINGS`."""
    return [
        f"{len(result.question.patient_ids)} ({result.question.mutants})",
        cell(result.auc),
        range_cell(result.spread),
        *map(spread_cell, result.calls.values()),
    ]


def printed_cells(cells: Sequence[str]) -> list[str]:
    """The paper's AUC and calls under `NESTED_HEADINGS`."""
    area, *calls = cells
    return [NOTHING, area, NOTHING, *calls]


def markdown_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows as a Markdown table."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_result(folder: Path, name: str, content: Mapping[str, Any], table: str) -> None:
    """Nothing; the folder then holds NAME.json, with the machine it ran on, and NAME.md, which is also printed."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / f"{name}.json", {**content, "machine": machine()})
    write_text(folder / f"{name}.md", table + "\n")
    print(f"{table}\n", flush=True)


def machine() -> dict[str, Any]:
    """What a figure may depend on besides the script: versions and cores."""
    packages = ("numpy", "scikit-learn", "torch")
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        **{name: version(name) for name in packages},
    }


def read_result(folder: Path, name: str) -> dict[str, Any]:
    """What `write_result` wrote."""
    content: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return content
