"""A folder that one task at a time may write, on any machine that shares it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from radiogene.errors import WorkersError
from radiogene.storage.lock_file import LockFile

LOCK_FILE = ".turn"

LONGEST_WAIT_S = 60.0
"""A task that was begun anew waits this long for its first worker, which lost the scheduler and is ending."""

ASKED_S = 0.2


@contextmanager
def locked_folder(folder: Path, longest_wait_s: float = LONGEST_WAIT_S) -> Iterator[None]:
    """The right to write in a folder; the system frees it when its holder ends, however it ends.

    Args:
        folder: made where it is absent.
        longest_wait_s: for another holder.

    Raises:
        WorkersError: another process holds it for longer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = LockFile(folder / LOCK_FILE)
    try:
        _await(lock, folder, longest_wait_s)
    except BaseException:
        lock.close()
        raise
    try:
        yield
    finally:
        lock.release()


def _await(lock: LockFile, folder: Path, longest_wait_s: float) -> None:
    deadline = time.monotonic() + longest_wait_s
    while (holder := lock.take()) is not None:
        if time.monotonic() > deadline:
            raise WorkersError(
                f"{folder} is being written by {holder}. End that process, or wait for it, and give the same "
                "command again."
            )
        time.sleep(ASKED_S)
