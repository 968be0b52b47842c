"""Single figures and times out of the benchmarks' results, by script and name."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Results:
    """The results of a folder.

    Attributes:
        folder: with one JSON file per script.
    """

    folder: Path

    def figure(self, script: str, what: str) -> float:
        """The value of a figure.

        Raises:
            KeyError: the script's result has none of that name.
        """
        return float(self._found(script, "figures", what)["value"])

    def seconds(self, script: str, what: str) -> float:
        """The median of a contender.

        Raises:
            KeyError: the script's result has none of that name.
        """
        return float(self._found(script, "timings", what)["median"])

    def has(self, script: str) -> bool:
        """True where the script has been run."""
        return (self.folder / f"{script}.json").exists()

    def machine(self, script: str) -> dict[str, Any]:
        """Where the script ran."""
        machine: dict[str, Any] = self._content(script)["machine"]
        return machine

    def _found(self, script: str, kind: str, what: str) -> dict[str, Any]:
        rows = [row for row in self._content(script)[kind] if row["what"] == what]
        if len(rows) != 1:
            raise KeyError(f"{script}: {len(rows)} {kind} named {what!r}")
        row: dict[str, Any] = rows[0]
        return row

    def _content(self, script: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / f"{script}.json").read_text(encoding="utf-8"))
        return content
