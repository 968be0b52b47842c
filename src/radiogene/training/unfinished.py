"""The folder of an unfinished training, from which the same command goes on; gone once the model is written."""

import json
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any

from radiogene.atomic_files import write_json
from radiogene.errors import InterruptedTrainingError, RadiogeneError, SettingsError
from radiogene.training.run_options import process_rank

COMMAND_FILE = "training.json"


class UnfinishedTraining:
    """A folder beside the result.

    Args:
        result: the folder that the training will write.
        command: everything that decides the result, as plain JSON values.

    Raises:
        SettingsError: the folder holds an unfinished training that would give another result, or something else.
    """

    def __init__(self, result: Path, command: dict[str, Any]) -> None:
        self.path = result.with_name(f"{result.name}.unfinished")
        self._remedy = f"Delete {self.path} to begin anew, or choose another --out."
        wanted = json.loads(json.dumps(command))
        file = self.path / COMMAND_FILE
        if file.is_file():
            self._require_same(file, wanted)
            return
        if self.path.exists() and any(not entry.name.startswith(".") for entry in self.path.iterdir()):
            raise SettingsError(f"{self.path} holds other files. {self._remedy}")
        if process_rank() == 0:
            write_json(file, wanted)

    def __enter__(self) -> "UnfinishedTraining":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """A training that was refused would be refused again, so nothing of it is kept; an interrupted one is."""
        if isinstance(error, RadiogeneError) and not isinstance(error, InterruptedTrainingError):
            self.remove()

    def remove(self) -> None:
        """Deletes the folder; the result stands."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _require_same(self, file: Path, wanted: dict[str, Any]) -> None:
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise SettingsError(f"{file} cannot be read ({error}). {self._remedy}") from error
        differences = _differences(found, wanted)
        if differences:
            raise SettingsError(
                f"{self.path} holds an unfinished training that differs in {differences[0]}. Give the same command to "
                f"go on. {self._remedy}"
            )


def _differences(found: Any, wanted: Any, place: str = "") -> list[str]:
    """Where two JSON values differ, in words."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        keys = [*found, *(key for key in wanted if key not in found)]
        return [
            line for key in keys for line in _differences(found.get(key), wanted.get(key), f"{place}.{key}".lstrip("."))
        ]
    return [] if found == wanted else [f"{place}: {found!r} there, {wanted!r} here"]
