"""A folder that one task at a time may write, on any machine that shares it."""

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from radiogene.errors import WorkersError

TURN_FILE = ".turn"

LONGEST_WAIT_S = 60.0
"""A task that was begun anew waits this long for its first worker, which lost the scheduler and is ending."""

ASKED_S = 0.2


@contextmanager
def folder_turn(folder: Path, longest_wait_s: float = LONGEST_WAIT_S) -> Iterator[None]:
    """The right to write in a folder; the system frees it when its holder ends, however it ends.

    Args:
        folder: made where it is absent.
        longest_wait_s: for another holder.

    Raises:
        WorkersError: another process holds it for longer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / TURN_FILE, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _await(descriptor, folder, longest_wait_s)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _await(descriptor: int, folder: Path, longest_wait_s: float) -> None:
    deadline = time.monotonic() + longest_wait_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                holder = os.pread(descriptor, 200, 0).decode(errors="replace") or "another process"
                raise WorkersError(
                    f"{folder} is being written by {holder}. End that process, or wait for it, and give the same "
                    "command again."
                ) from error
            time.sleep(ASKED_S)
        else:
            return
