"""The tables of docs/performance.md, written from the results alone."""

import json
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs" / "performance.md"
BLOCK = "measurements"

sys.path.insert(0, str(REPOSITORY / "docs"))
from generated_block import rewrite  # noqa: E402


def write_page(results: Path) -> None:
    """Rewrites the generated part of the page."""
    rewrite(PAGE, BLOCK, page_block(read_results(results)))


def read_results(results: Path) -> list[dict[str, Any]]:
    """The results of a folder, by the name of their script."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))]


def page_block(results: list[dict[str, Any]]) -> str:
    """The goals of all benchmarks in one table, then each benchmark's own figures."""
    return "\n\n".join([_goals(results), *map(_section, results)])


def _goals(results: list[dict[str, Any]]) -> str:
    rows = [
        f"| {goal['what']} | {'at least' if goal['at_least'] else 'at most'} {_number(goal['wanted'])} {goal['unit']} "
        f"| {_number(goal['found'])} {goal['unit']} | {'yes' if goal['met'] else '**no**'} |"
        for result in results
        for goal in result["goals"]
    ]
    return "\n".join(["| goal | wanted | measured | met |", "| --- | --- | --- | --- |", *rows])


def _section(result: dict[str, Any]) -> str:
    lines = [
        f"### {result['title']}",
        "",
        f"```sh\n.venv/bin/{result['command']}\n```",
        "",
        _machine(result["machine"]),
    ]
    if result["timings"]:
        lines += ["", "| | median | lowest to highest | runs | |", "| --- | --- | --- | --- | --- |"]
        lines += [
            f"| {t['what']} | {_seconds(t['median'])} | {_seconds(min(t['seconds']))} to {_seconds(max(t['seconds']))} "
            f"| {len(t['seconds'])} | {t['note']} |"
            for t in result["timings"]
        ]
    if result["figures"]:
        lines += ["", "| | | |", "| --- | --- | --- |"]
        lines += [f"| {f['what']} | {_number(f['value'])} {f['unit']} | {f['note']} |" for f in result["figures"]]
    return "\n".join(lines)


def _machine(machine: dict[str, Any]) -> str:
    """Hardware and versions in one line."""
    versions = ", ".join(f"{name} {found}" for name, found in machine["versions"].items())
    vectors = ", ".join(machine["vector_instructions"]) or "no vector instructions known"
    return (
        f"{machine['processor']}, {machine['cores']} cores ({vectors}), {machine['memory_gib']} GiB; Python "
        f"{machine['python']}; {versions}."
    )


def _seconds(seconds: float) -> str:
    if seconds < 0.1:
        return f"{seconds * 1e3:.3g} ms"
    return f"{seconds:.3g} s"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
