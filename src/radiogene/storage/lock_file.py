"""A file that one process at a time holds, and that the system frees when its holder ends, however it ends."""

import os
import socket
from pathlib import Path

from radiogene.storage.regular_file import refuse_special

LONGEST_HOLDER_BYTES = 200

HOLDER_OFFSET = 1
"""Windows lets nobody but the holder read the first byte, which is the one that is locked there."""

BINARY = getattr(os, "O_BINARY", 0)
"""Windows would write two bytes at the end of a line."""


class LockFile:
    """A lock that is not held yet.

    Args:
        path: made where it is absent; it stays, empty, when the lock is free.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        refuse_special(path)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | BINARY, 0o666)

    def take(self) -> str | None:
        """Who holds it; None where this process does from now on.

        Raises:
            OSError: the file system gives no locks.
        """
        # Some 40 ms that only a writer has to pay.
        from filelock import lock_descriptor

        if not lock_descriptor(self._descriptor, blocking=False):
            os.lseek(self._descriptor, HOLDER_OFFSET, os.SEEK_SET)
            holder = os.read(self._descriptor, LONGEST_HOLDER_BYTES).decode(errors="replace").strip()
            return holder or "another process"
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, f"\nprocess {os.getpid()} on {socket.gethostname()}\n".encode())
        return None

    def release(self) -> None:
        """Let others take it."""
        os.ftruncate(self._descriptor, 0)
        self.close()

    def close(self) -> None:
        """Leave the file as it is: for a lock that another process holds, or that could not be taken."""
        os.close(self._descriptor)
