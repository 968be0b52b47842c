"""A file that one process at a time holds, and that the system frees when its holder ends, however it ends."""

import fcntl
import os
import socket
from pathlib import Path

LONGEST_HOLDER_BYTES = 200


class LockFile:
    """A lock that is not held yet.

    Args:
        path: made where it is absent; it stays, empty, when the lock is free.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)

    def take(self) -> str | None:
        """Who holds it; None where this process does from now on.

        Raises:
            OSError: the file system gives no locks.
        """
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, LONGEST_HOLDER_BYTES, 0).decode(errors="replace").strip()
            return holder or "another process"
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        return None

    def release(self) -> None:
        """Lets others take it."""
        os.ftruncate(self._descriptor, 0)
        self.close()

    def close(self) -> None:
        """Leaves the file as it is: for a lock that another process holds, or that could not be taken."""
        os.close(self._descriptor)
