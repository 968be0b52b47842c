"""Writes the notebook of the Python tutorial, docs/tutorial/notebook.ipynb, with what its cells show.

Run it with `.venv/bin/python docs/notebook.py` after a change of docs/tutorial/python.md; a test fails while the
notebook's cells are not those of the page. It makes its synthetic cohorts in a temporary folder.
"""

import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent / "tutorial" / "python.md"
NOTEBOOK = PAGE.with_name("notebook.ipynb")
PART = re.compile(r"^```(python|sh)\n(.*?)^```$\n?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """One cell: "markdown", "python" or "sh", and its text."""

    kind: str
    text: str


def cells() -> list[Cell]:
    """The cells of the page in order; what is no code of it is Markdown."""
    text = PAGE.read_text(encoding="utf-8").replace("[the notebook](notebook.ipynb)", "this notebook")
    found, end = [], 0
    for part in PART.finditer(text):
        found += [Cell("markdown", text[end : part.start()].strip()), Cell(part.group(1), part.group(2).strip())]
        end = part.end()
    return [cell for cell in [*found, Cell("markdown", text[end:].strip())] if cell.text]


def run_cell(code: str, names: dict[str, Any]) -> tuple[str, object]:
    """What a cell prints, and the value of its last line where that is an expression.

    Args:
        code: of the cell.
        names: that the cells share.
    """
    parsed = ast.parse(code)
    last = parsed.body.pop() if isinstance(parsed.body[-1], ast.Expr) else None
    printed = io.StringIO()
    value = None
    with contextlib.redirect_stdout(printed):
        exec(compile(parsed, "cell", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    return printed.getvalue(), value


def notebook() -> dict[str, Any]:
    """The notebook, its cells run in the folder that this process stands in."""
    names: dict[str, Any] = {}
    written = []
    for number, cell in enumerate(cells()):
        if cell.kind == "markdown":
            written.append({"cell_type": "markdown", "id": f"cell-{number}", "metadata": {}, "source": cell.text})
            continue
        if cell.kind == "sh":
            subprocess.run(["bash", "-euc", cell.text], check=True, capture_output=True)
            code, printed, value = "\n".join(f"!{line}" for line in cell.text.splitlines()), "", None
        else:
            code = cell.text
            printed, value = run_cell(code, names)
        written.append(
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {},
                "execution_count": None,
                "source": code,
                "outputs": _outputs(printed, value),
            }
        )
    return {
        "cells": written,
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _outputs(printed: str, value: object) -> list[dict[str, Any]]:
    outputs: list[dict[str, Any]] = []
    if printed:
        outputs.append({"output_type": "stream", "name": "stdout", "text": printed})
    if value is not None:
        shown = {"text/plain": repr(value)}
        if hasattr(value, "_repr_html_"):
            shown["text/html"] = value._repr_html_()
        outputs.append({"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": shown})
    return outputs


if __name__ == "__main__":
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        content = notebook()
    NOTEBOOK.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
