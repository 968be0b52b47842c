"""The folder of an unfinished training, from which the same command goes on; gone once the model is written."""

import json
import shutil
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from radiogene.cohort.store.writer_lock import StoreLock
from radiogene.errors import (
    DamagedStateError,
    InterruptedTrainingError,
    RadiogeneError,
    SettingsError,
    WorkersError,
)
from radiogene.storage.atomic_files import write_json
from radiogene.storage.json_text import parsed_json
from radiogene.storage.regular_file import read_file_text
from radiogene.storage.typed_json import JsonObject
from radiogene.training.fitting.run_options import process_rank

COMMAND_FILE = "training.json"

LONGEST_WAIT_S = 300
POLL_S = 0.1


def unfinished_folder(result: Path) -> Path:
    """The folder beside a result in which its training keeps what is done until the result stands."""
    return result.with_name(f"{result.name}.unfinished")


class UnfinishedTraining:
    """A folder that holds what is done.

    Args:
        path: of the folder.
        command: everything that decides the result, as plain JSON values.

    Raises:
        SettingsError: the folder holds an unfinished training that would give another result, or something else.
    """

    def __init__(self, path: Path, command: JsonObject) -> None:
        self.path = path
        self._lock: StoreLock | None = None
        self._remedy = f"Delete {self.path} to begin anew, or choose another `out`."
        wanted = json.loads(json.dumps(command))
        file = self.path / COMMAND_FILE
        if process_rank() > 0:
            _wait_for(file)
        if file.is_file():
            self._require_same(file, wanted)
            return
        if self.path.exists() and any(not entry.name.startswith(".") for entry in self.path.iterdir()):
            raise SettingsError(f"{self.path} holds other files. {self._remedy}")
        write_json(file, wanted)

    def __enter__(self) -> "UnfinishedTraining":
        """Two trainings of one folder would write into each other's files.

        Raises:
            StoreError: another process is at it.
        """
        self._lock = StoreLock(self.path) if process_rank() == 0 else None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """A training that was refused would be refused again, so nothing of it is kept; an interrupted one is."""
        if self._lock is not None:
            self._lock.release()
        again = (InterruptedTrainingError, DamagedStateError, WorkersError)
        if isinstance(error, RadiogeneError) and not isinstance(error, again) and process_rank() == 0:
            self.remove()

    def remove(self) -> None:
        """Deletes the folder; the result stands."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _require_same(self, file: Path, wanted: dict[str, Any]) -> None:
        try:
            found = parsed_json(read_file_text(file))
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise SettingsError(f"{file} cannot be read ({error}). {self._remedy}") from error
        differences = _differences(found, wanted)
        if differences:
            raise SettingsError(
                f"{self.path} holds an unfinished training that differs in {differences[0]}. Give the same command to "
                f"go on. {self._remedy}"
            )


def _wait_for(file: Path) -> None:
    """Waits until the first process has written a file.

    Raises:
        SettingsError: it does not appear; the processes do not share a disk.
    """
    deadline = time.monotonic() + LONGEST_WAIT_S
    while not file.is_file():
        if time.monotonic() > deadline:
            raise SettingsError(
                f"{file} did not appear within {LONGEST_WAIT_S} s: the first process writes it, and all processes of a "
                "training need the same disk. Choose an `out` on a shared disk."
            )
        time.sleep(POLL_S)


def _differences(found: Any, wanted: Any, place: str = "") -> list[str]:
    """Where two JSON values differ, in words."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        keys = [*found, *(key for key in wanted if key not in found)]
        return [
            line for key in keys for line in _differences(found.get(key), wanted.get(key), f"{place}.{key}".lstrip("."))
        ]
    return [] if found == wanted else [f"{place}: {found!r} there, {wanted!r} here"]
