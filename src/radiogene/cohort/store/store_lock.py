"""A folder's lock: one writer at a time, freed by the system when the writer ends, however it ends."""

from pathlib import Path

from radiogene.errors import StoreError
from radiogene.storage.lock_file import LockFile

LOCK_FILE = "lock"


class StoreLock:
    """Holds the right to write in a folder until `release`.

    Raises:
        StoreError: another process holds it, or the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        try:
            lock = LockFile(folder / LOCK_FILE)
        except OSError as error:
            raise StoreError(f"{folder} cannot be written ({error.strerror}); choose a folder of your own.") from error
        try:
            holder = lock.take()
        except OSError as error:
            lock.close()
            raise StoreError(
                f"The file system of {folder} gives no locks ({error.strerror}); choose a folder on a local disk."
            ) from error
        if holder is not None:
            lock.close()
            raise StoreError(
                f"{folder} is being written by {holder}. Wait until that has ended, or end it; reading is possible "
                "meanwhile, and an interrupted preparation goes on where it stopped."
            )
        self._lock: LockFile | None = lock

    def release(self) -> None:
        """Lets others write; the lock file stays, empty."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def abandon(self) -> None:
        """The same: a local lock is always freed."""
        self.release()
