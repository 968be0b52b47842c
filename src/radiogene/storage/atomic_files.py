"""Files that are whole or absent: written beside their place and renamed into it."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from radiogene.storage.regular_file import refuse_special


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends without an error.

    Args:
        path: the file to write; missing parent folders are made.

    Raises:
        SpecialFileError: a pipe, a device or a socket is there.
        OSError: nothing can be written there.
    """
    refuse_special(path)
    with _made_parents(path):
        yield from _written_file(path)


def _written_file(path: Path) -> Iterator[Path]:
    """The one value of `atomic_path`."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes private files; a result gets the permissions that any new file would have.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """A temporary folder beside `path` that takes its place, whole, when the block ends without an error.

    Args:
        path: the folder to write; one that is there already is replaced.
    """
    refuse_special(path)
    with _made_parents(path):
        yield from _written_folder(path)


@contextmanager
def _made_parents(path: Path) -> Iterator[None]:
    """Within it, the folders above a path are there; those that it made go again, if empty, after an error."""
    absent = [folder for folder in path.parents if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for folder in absent:
            with suppress(OSError):
                folder.rmdir()
        raise


def _written_folder(path: Path) -> Iterator[Path]:
    """The one value of `atomic_folder`."""
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        yield temporary
        temporary.chmod(0o755)
        _take_place(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _take_place(temporary: Path, path: Path) -> None:
    """Move a finished folder to its place; the older one goes only when the new one stands."""
    if not path.exists():
        temporary.replace(path)
        return
    older = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.older."))
    path.replace(older)
    try:
        temporary.replace(path)
    except OSError:
        older.replace(path)
        raise
    shutil.rmtree(older, ignore_errors=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content`, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:
    """Write `content` as indented JSON, whole or not at all; NaN and infinity are refused."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
