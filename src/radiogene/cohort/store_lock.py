"""A folder's lock: one writer at a time, freed by the system when the writer ends, however it ends."""

import fcntl
import os
import socket
from pathlib import Path

from radiogene.errors import StoreError

LOCK_FILE = "lock"


class StoreLock:
    """Holds the right to write in a folder until `release`.

    Raises:
        StoreError: another process holds it, or the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK_FILE
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise StoreError(f"{folder} cannot be written ({error.strerror}); choose a folder of your own.") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._descriptor, 200, 0).decode(errors="replace").strip() or "another process"
            os.close(self._descriptor)
            raise StoreError(
                f"{folder} is being written by {holder}. Wait until that has ended, or end it; reading is possible "
                "meanwhile, and an interrupted preparation goes on where it stopped."
            ) from error
        except OSError as error:
            os.close(self._descriptor)
            raise StoreError(
                f"The file system of {folder} gives no locks ({error.strerror}); choose a folder on a local disk."
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)

    def release(self) -> None:
        """Lets others write; the lock file stays, empty."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1

    def abandon(self) -> None:
        """The same: a local lock is always freed."""
        self.release()
