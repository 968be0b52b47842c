"""A lock says who holds it, and is free when its holder has ended, however it ended."""

import os
import socket
import subprocess
import sys

import pytest

from radiogene.storage.lock_file import LockFile

HOLDER = """
import sys
from pathlib import Path
from radiogene.storage.lock_file import LockFile
lock = LockFile(Path(sys.argv[1]))
assert lock.take() is None
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_says_who_holds_it(tmp_path):
    path = tmp_path / "lock"
    first, second = LockFile(path), LockFile(path)
    assert first.take() is None
    assert second.take() == f"process {os.getpid()} on {socket.gethostname()}"
    first.release()
    assert path.read_bytes() == b""
    assert second.take() is None
    second.release()


def test_a_killed_holder_frees_it(tmp_path):
    path, lock = tmp_path / "lock", LockFile(tmp_path / "lock")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        assert lock.take() == f"process {holder.pid} on {socket.gethostname()}"
        holder.kill()
        holder.wait()
        assert lock.take() is None
    lock.release()


def test_a_file_system_without_locks_is_an_error(tmp_path, monkeypatch):
    def refuses(descriptor, *, blocking):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("filelock.lock_descriptor", refuses)
    lock = LockFile(tmp_path / "lock")
    with pytest.raises(OSError, match="No locks available"):
        lock.take()
    lock.close()
