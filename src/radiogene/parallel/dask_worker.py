"""What radiogene does inside a Dask worker: compare versions, run one task at a time, end a task that nobody wants."""

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from radiogene.errors import WorkersError
from radiogene.parallel.worker_task import ONE_THREAD, run_packed
from radiogene.storage.library_versions import library_versions
from radiogene.storage.place import ObjectPlace, Place

if TYPE_CHECKING:
    from distributed import Worker

ASKED_S = 0.5
"""A task under way asks this often whether anybody still waits for it."""

UNWANTED = ("cancelled", "released", "forgotten")
"""States of a task in a worker (distributed.worker_state_machine) whose result nobody takes."""

_one_at_a_time = threading.Lock()
"""Seeds, warnings and the working folder belong to the process, whatever threads the worker was given."""

_running: dict[str, "Worker"] = {}


class TaskGivenUp(BaseException):
    """Raised in a task that nobody waits for; not an `Exception`, so that a batch does not record it as a failure."""


@dataclass(frozen=True)
class WorkerFacts:
    """What must be the same in every process for the same results.

    Attributes:
        versions: of radiogene, of Python (without its last number) and of the libraries that compute.
    """

    versions: dict[str, str]

    @classmethod
    def here(cls) -> Self:
        """Those of this process."""
        return cls(_versions())

    def require(self, other: "WorkerFacts", worker: str) -> None:
        """Refuse a worker with others.

        Raises:
            WorkersError: naming the first that differs.
        """
        for name, wanted in self.versions.items():
            there = other.versions.get(name, "none")
            if there != wanted:
                raise WorkersError(
                    f"The worker {worker} has {name} {there}, this process {wanted}: results could differ. Install the "
                    "same versions on all machines, and start the worker again."
                )


def worker_facts() -> WorkerFacts:
    """The facts of the process that is asked."""
    return WorkerFacts.here()


def run_on_worker(task: bytes, folder: str, expected: WorkerFacts) -> Any:
    """What a packed task returns; None when it was given up.

    Args:
        task: from `worker_task.packed`.
        folder: from which its relative paths start.
        expected: facts of the process that asked.

    Raises:
        WorkersError: this worker, which came later than the others, has other versions.
    """
    from distributed import get_worker

    worker = get_worker()
    expected.require(WorkerFacts.here(), worker.address)
    _compute_in_one_thread()
    try:
        with _one_at_a_time, _wanted(worker, str(worker.get_current_task())):
            return run_packed(task, folder)
    except TaskGivenUp:
        return None


def still_running() -> bool:
    """Whether a task of this worker is under way that nobody waits for."""
    return any(_is_unwanted(worker, key) for key, worker in dict(_running).items())


def worker_address() -> str | None:
    """The address of the Dask worker that does the task under way; None in any other process."""
    return next((str(worker.address) for worker in dict(_running).values()), None)


def missing_here(place: Place) -> str:
    """The message on a folder that the machine of this Dask worker does not see; empty where it sees the folder.

    Args:
        place: visible to the process that sent the task; object storage reports its own errors.
    """
    worker = worker_address()
    if worker is None or isinstance(place, ObjectPlace) or place.exists():
        return ""
    return f"the worker {worker} does not see {place}: every machine of the cluster needs it under the same path"


@contextmanager
def _wanted(worker: "Worker", key: str) -> Iterator[None]:
    """Within it, the task ends by `TaskGivenUp` as soon as nobody takes its result."""
    thread, done = threading.get_ident(), threading.Event()
    watch = threading.Thread(target=_watch, args=(worker, key, thread, done), daemon=True)
    _running[key] = worker
    watch.start()
    try:
        yield
    finally:
        done.set()
        watch.join()
        # An exception that was set and not yet raised would meet Dask's own code.
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), None)
        del _running[key]


def _watch(worker: "Worker", key: str, thread: int, done: threading.Event) -> None:
    """Raise `TaskGivenUp` in the task's thread once the task is no longer wanted."""
    while not done.wait(ASKED_S):
        if _is_unwanted(worker, key):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TaskGivenUp))
            return


def _is_unwanted(worker: "Worker", key: str) -> bool:
    state = worker.state.tasks.get(key)
    return state is None or state.state in UNWANTED


@cache
def _compute_in_one_thread() -> None:
    """Let the libraries of this process compute in one thread, those that Dask has loaded and those that follow."""
    from threadpoolctl import threadpool_limits

    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    threadpool_limits(limits=1)


@cache
def _versions() -> dict[str, str]:
    versions = library_versions()
    return {**versions, "python": ".".join(versions["python"].split(".")[:2])}
