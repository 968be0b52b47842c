"""The one way in which files are opened to be read: files alone, never pipes, devices or sockets, nor links to them.

Opening a pipe waits for a writer that may never come, and opening a device can do what its driver likes. Each path is
therefore looked at before it is opened, and once more when it is open.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from radiogene.errors import SettingsError

KINDS = (
    (stat.S_ISFIFO, "pipe"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)
"""What a path can lead to beside files and folders (POSIX.1-2017, sys/stat.h)."""

WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0)
"""A pipe that took the place of a file in between is opened without a writer; Windows has no such pipes."""


class SpecialFileError(SettingsError, OSError):
    """A path that leads to a pipe, a device or a socket; an OSError, so that each reader refuses it in its own words.

    Attributes:
        kind: pipe, socket or device.
        strerror: what was found and what is wanted.
        filename: the path.
    """

    def __init__(self, path: Path | str, kind: str) -> None:
        super().__init__(str(path), kind)
        self.kind = kind
        # Afterwards, because OSError sets its own.
        self.filename: str = str(path)
        self.strerror: str = f"is a {kind}, and only files and folders are read"

    def __str__(self) -> str:
        return f"{self.filename} {self.strerror}. Give the path of a file or a folder."

    def __reduce__(self) -> tuple[type["SpecialFileError"], tuple[str, str]]:
        return type(self), (self.filename, self.kind)


def special_kind(path: Path | str) -> str | None:
    """What a path leads to where that is neither a file nor a folder: pipe, socket or device; else None."""
    try:
        return _kind_of(Path(path).stat().st_mode)
    except (OSError, ValueError):
        return None


def refuse_special(path: Path | str) -> None:
    """Refuse a path that leads to a pipe, a device or a socket; one where nothing is passes.

    For libraries that open a file by its name.

    Raises:
        SpecialFileError: it does.
    """
    if kind := special_kind(path):
        raise SpecialFileError(path, kind)


def open_file(path: Path | str, *, buffered: bool = True) -> BinaryIO:
    """A file open for reading as bytes.

    Args:
        path: of a file, or of a link to one.
        buffered: False where the caller reads long pieces.

    Raises:
        SpecialFileError: it leads to a pipe, a device or a socket.
        OSError: it cannot be read.
    """
    refuse_special(path)
    return open(path, "rb", -1 if buffered else 0, opener=_opened)


def read_file(path: Path | str) -> bytes:
    """The content of a file; errors are those of `open_file`."""
    with open_file(path) as file:
        return file.read()


def read_file_text(path: Path | str) -> str:
    """The content of a file of UTF-8, whatever ends its lines.

    Raises:
        SpecialFileError, OSError: as for `open_file`.
        UnicodeDecodeError: other bytes.
    """
    return read_file(path).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _opened(path: str, flags: int) -> int:
    """The descriptor of a file, which is looked at once more: what lies at its path may have been exchanged."""
    descriptor = os.open(path, flags | WITHOUT_WAITING)
    if kind := _kind_of(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SpecialFileError(path, kind)
    return descriptor


def _kind_of(mode: int) -> str | None:
    return next((kind for is_of_kind, kind in KINDS if is_of_kind(mode)), None)
