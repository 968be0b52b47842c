"""What became of the files of a folder since it was written, by the hashes that it holds of them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from radiogene.storage.checked_files import sha256_of
from radiogene.storage.regular_file import special_kind

HASHES_FILE = "sha256.json"
"""The hashes of a folder that has no manifest of its own."""

MOST_FILES = 100_000


class Change(StrEnum):
    """What became of a file."""

    MISSING = "is missing"
    CHANGED = "was changed"
    ADDED = "was not there"


@dataclass(frozen=True)
class FileChange:
    """A file that is not as it was written.

    Attributes:
        name: of the file, relative to the folder.
        change: what became of it.
    """

    name: str
    change: Change

    def __str__(self) -> str:
        return f"{self.name} {self.change}"


def hashes_under(folder: Path, names: tuple[str, ...] = ()) -> dict[str, str]:
    """SHA-256 (hex) of each file, by its path relative to the folder with slashes.

    Args:
        folder: to look through.
        names: of files and folders in it that are hashed; all but hidden ones where none is given.
    """
    wanted = [folder / name for name in names] or [path for path in folder.iterdir() if not path.name.startswith(".")]
    files = [file for path in wanted for file in _files_of(path)]
    return {file.relative_to(folder).as_posix(): sha256_of(file) for file in sorted(files)}


def changes_since(folder: Path, hashes: Mapping[str, str], own: tuple[str, ...]) -> tuple[FileChange, ...]:
    """Every file that is missing, changed or new, by name.

    Args:
        folder: as it is now.
        hashes: of its files as they were written, by name.
        own: names that hold the hashes themselves.
    """
    there = {file.relative_to(folder).as_posix() for file in _files_of(folder)} - {*own}
    changes = [FileChange(name, Change.ADDED) for name in there - {*hashes}]
    for name, expected in hashes.items():
        if name not in there:
            changes.append(FileChange(name, Change.MISSING))
        elif sha256_of(folder / name) != expected:
            changes.append(FileChange(name, Change.CHANGED))
    return tuple(sorted(changes, key=lambda change: change.name))


def _files_of(path: Path) -> list[Path]:
    """The files under a path that are not hidden; of a file, itself. Pipes and devices are none."""
    if not path.is_dir():
        return [path] if path.is_file() and special_kind(path) is None else []
    files: list[Path] = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(folder) / n for n in names if not n.startswith(".") and (Path(folder) / n).is_file()]
        if len(files) > MOST_FILES:
            break
    return files
