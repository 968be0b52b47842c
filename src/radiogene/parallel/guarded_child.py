"""Work on files of others in a process of its own, whose crash, hang or hunger for memory ends one task and no more.

Decoders are programs in C that damaged files can crash, stop or fill. Each process that prepares patients keeps one
such child, which does task after task and is started anew after one that it did not survive.
"""

import atexit
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, Generic, TypeVar

from radiogene.parallel.worker_task import KEPT_MEMORY, ONE_THREAD, packed, run_packed

Result = TypeVar("Result")

LONGEST_TASK_S = 600.0
"""A patient of 1,000 slices from a slow network drive takes a tenth of it."""

LARGEST_CHILD_BYTES = 16 * 2**30
"""Address space: the largest volume that is read (2**31 voxels), decoded and as numbers of twice the size."""

IDLE_S = 60.0
"""After this long without a task a child ends."""

ASKED_S = 0.1
"""How long a wait for a result may be deaf to a signal."""

HAS_GUARD = os.name == "posix"
"""Elsewhere a process cannot be given an open connection, nor limits: the task is done by the process itself."""

START = "import sys; sys.path[:] = {paths!r}; from radiogene.parallel.guarded_child import serve; serve({descriptor})"


@dataclass(frozen=True)
class Unfinished:
    """A task that its child did not survive, or whose error nobody expected.

    Attributes:
        reason: in words.
    """

    reason: str


LEFT = Unfinished("had no process to read it")
"""The child ended in order, without an answer."""


@dataclass(frozen=True)
class Limits:
    """What a task may take.

    Attributes:
        seconds: from its start to its result.
        address_bytes: of the process.
    """

    seconds: float = LONGEST_TASK_S
    address_bytes: int = LARGEST_CHILD_BYTES


@dataclass(frozen=True)
class _Task:
    """What is sent to a child."""

    content: bytes
    folder: str
    limits: Limits


class GuardedChild(Generic[Result]):
    """A process that does one task after the other; it starts with the first.

    Args:
        limits: of each task.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    def run(self, function: Callable[..., Result], *arguments: Any) -> "Result | Unfinished":
        """What the function returns, or why it did not.

        Args:
            function: of a module, so that the child finds it; what it raises is no result but a reason.
            arguments: of it.
        """
        task = pickle.dumps(_Task(packed(function, arguments), str(Path.cwd()), self._limits))
        with self._lock:
            try:
                self._send(task)
                outcome = self._result()
                if outcome is LEFT:
                    # Its time without a task was over just as this one came.
                    self._send(task)
                    outcome = self._result()
                return outcome
            except BaseException:
                # Whatever ended the wait: the child's answer must not be taken for that of the next task.
                self.close()
                raise

    def close(self) -> None:
        """End the process, at once."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _send(self, task: bytes) -> None:
        """Hand a task over; a child that ended while it was idle is replaced."""
        if self._connection is not None:
            try:
                self._connection.send_bytes(task)
                return
            except OSError:
                self.close()
        self._start().send_bytes(task)

    def _start(self) -> Connection:
        ours, theirs = Pipe()
        descriptor = theirs.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-c", START.format(paths=sys.path, descriptor=descriptor)],
            pass_fds=[descriptor],
            stdin=subprocess.DEVNULL,
            env={**os.environ, **ONE_THREAD, **KEPT_MEMORY},
        )
        theirs.close()
        self._connection = ours
        return ours

    def _result(self) -> "Result | Unfinished":
        """The answer of the child, or what happened to it."""
        assert self._connection is not None
        deadline = time.monotonic() + self._limits.seconds
        while not self._connection.poll(ASKED_S):
            if time.monotonic() > deadline:
                self.close()
                return Unfinished(f"took more than {self._limits.seconds:g} s and was ended")
        try:
            result: Result | Unfinished = pickle.loads(self._connection.recv_bytes())  # noqa: S301 - of our own child
        except (EOFError, OSError):
            return self._death()
        return result

    def _death(self) -> Unfinished:
        """How the child ended."""
        code = None if self._process is None else self._process.wait()
        self.close()
        if code == 0:
            return LEFT
        if code is not None and code < 0:
            name = signal.Signals(-code).name
            if name == "SIGXCPU":
                return Unfinished(f"took more than {self._limits.seconds:g} s and was ended")
            return Unfinished(f"crashed the process that read it ({name}), or was killed because memory ran out")
        return Unfinished(f"ended the process that read it (exit code {code})")


_own: dict[int, GuardedChild[Any]] = {}
"""The child of this process, by its number: a fork must not use its parent's."""


def guarded(function: Callable[..., Result], *arguments: Any) -> "Result | Unfinished":
    """What a function returns in this process's child, or why it did not.

    Args:
        function: of a module; it raises nothing that is expected.
        arguments: of it.
    """
    if not HAS_GUARD:
        return _outcome(packed(function, arguments), str(Path.cwd()))
    child = _own.get(os.getpid())
    if child is None:
        _own.clear()
        child = _own[os.getpid()] = GuardedChild()
        atexit.register(child.close)
    return child.run(function, *arguments)


def serve(descriptor: int) -> None:
    """Do the tasks that come through a connection, until it is closed or nothing comes for long."""
    import resource

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(descriptor)
    while connection.poll(IDLE_S):
        try:
            task: _Task = pickle.loads(connection.recv_bytes())  # noqa: S301 - of our own parent
        except (EOFError, OSError):
            return
        resource.setrlimit(resource.RLIMIT_AS, _within(resource.RLIMIT_AS, task.limits.address_bytes))
        used = resource.getrusage(resource.RUSAGE_SELF)
        # For a parent that was killed and cannot end a child that hangs.
        seconds = int(used.ru_utime + used.ru_stime + task.limits.seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, _within(resource.RLIMIT_CPU, seconds))
        answer = pickle.dumps(_outcome(task.content, task.folder), pickle.HIGHEST_PROTOCOL)
        try:
            connection.send_bytes(answer)
        except OSError:
            return


def _within(kind: int, wanted: int) -> tuple[int, int]:
    """A soft limit below the hard one, which stays."""
    import resource

    hard = resource.getrlimit(kind)[1]
    return (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)), hard


def _outcome(task: bytes, folder: str) -> Any:
    """What a task returns, or what it raised in words: here is where errors end that no reader foresaw."""
    try:
        return run_packed(task, folder)
    except MemoryError:
        return Unfinished("needs more memory than a scan may take")
    except RecursionError:
        return Unfinished("is nested deeper than any real file")
    except Exception as error:  # noqa: BLE001 - of a file of others; one patient must not end the batch
        return Unfinished(f"cannot be read ({type(error).__name__}: {' '.join(str(error).split())[:200]})")
