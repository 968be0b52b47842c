"""The one way to parallel work: tasks done by this process, by others of this machine, or by a Dask cluster.

Results are taken one by one, and only a few tasks for each worker are under way: memory does not grow with their
number, however slowly results are taken. joblib's `Parallel` sends the next task whether or not a result was taken, and
its Dask backend keeps each array on one worker, so that a worker that ends takes tasks with it; hence the processes of
joblib are used here without it, and Dask by its own futures.
"""

import time
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from radiogene.errors import SettingsError, WorkersError
from radiogene.parallel.worker_task import KEPT_MEMORY, ONE_THREAD, packed, run_packed

Result = TypeVar("Result")

UNFINISHED_PER_WORKER = 2
"""One at work, the next waiting in line: joblib queues no more, and what it has not queued it cannot end well."""

TASKS_PER_WORKER = 4
"""Drawn and not yet taken: unfinished ones, and results that wait for an earlier one that is due first."""

ENDED_S = 5.0
"""A task that was just handed over reaches the queue of its pool well before this."""

IDLE_S = 60.0
"""After this long without a task a process of this machine ends."""


class WorkerPool(Protocol):
    """Workers that take tasks and give results later."""

    @property
    def count(self) -> int:
        """Processes."""

    def submit(self, task: bytes) -> "Future[Any]":
        """The result of a packed task, later."""

    def stop(self, under_way: "Sequence[Future[Any]]") -> None:
        """Give up tasks that are under way."""

    def refusal(self, error: BaseException) -> WorkersError | None:
        """What an error of a future says of the workers themselves; None where the task raised it."""


Workers = int | WorkerPool
"""Processes of this machine (1 works in this one, -1 takes one per core), or a cluster."""


def in_parallel(
    function: Callable[..., Result], tasks: Iterable[tuple[Any, ...]], workers: Workers, *, ordered: bool = True
) -> Generator[Result, None, None]:
    """What a function returns for each of the tasks, as it is taken; closing it early ends what is under way.

    Args:
        function: of a module, so that other processes find it.
        tasks: its arguments; drawn only when a worker will soon be free.
        workers: who does it; a single task is done by this process unless a cluster was asked for.
        ordered: in the order of the tasks; else in the order in which they end.

    Raises:
        SettingsError: no worker was asked for.
        WorkersError: workers ended, or do not fit.
    """
    waiting = iter(tasks)
    if isinstance(workers, int):
        count = process_count(workers)
        first = list(islice(waiting, 2))
        waiting = chain(first, waiting)
        if count == 1 or len(first) < 2:
            return (function(*task) for task in waiting)
        workers = LocalProcesses(count)
    return _results(function, waiting, workers, ordered=ordered)


def process_count(workers: Workers) -> int:
    """How many tasks are done side by side.

    Raises:
        SettingsError: none.
    """
    if not isinstance(workers, int):
        return workers.count
    if workers == 0 or workers < -1:
        raise SettingsError(f"{workers} workers were asked for; `workers` takes 1 or more, or -1 for one per core.")
    return _cores() if workers == -1 else workers


@contextmanager
def opened_workers(processes: int, scheduler: str | None) -> Iterator[Workers]:
    """The workers that a command line asks for.

    Args:
        processes: of this machine.
        scheduler: a Dask cluster's address, which is taken instead.

    Raises:
        SettingsError: no address, or the extra is not installed.
        WorkersError: the cluster cannot be reached, has no worker, or other versions.
    """
    if scheduler is None:
        yield processes
        return
    from radiogene.parallel.dask_cluster import DaskCluster

    with DaskCluster(scheduler) as cluster:
        yield cluster


class LocalProcesses:
    """Processes of this machine, with one thread each; they stay for the next tasks for a while.

    Args:
        count: how many.
    """

    def __init__(self, count: int) -> None:
        from joblib.externals.loky import get_reusable_executor

        # A process that holds much more memory than at first is replaced, which needs no word.
        warnings.filterwarnings("ignore", message=".*A worker stopped while some jobs were given to the executor.*")
        self.count = count
        self._pool = get_reusable_executor(max_workers=count, timeout=IDLE_S, env={**ONE_THREAD, **KEPT_MEMORY})

    def submit(self, task: bytes) -> "Future[Any]":
        """See `WorkerPool`."""
        future: Future[Any] = self._pool.submit(run_packed, task, str(Path.cwd()))
        return future

    def stop(self, under_way: "Sequence[Future[Any]]") -> None:
        """See `WorkerPool`."""
        # The pool's own thread fails on tasks that it has not queued when it is told to end.
        deadline = time.monotonic() + ENDED_S
        while not all(future.running() or future.done() for future in under_way) and time.monotonic() < deadline:
            time.sleep(0.001)
        self._pool.shutdown(wait=True, kill_workers=True)

    def refusal(self, error: BaseException) -> WorkersError | None:
        """See `WorkerPool`."""
        from joblib.externals.loky import BrokenProcessPool

        if not isinstance(error, BrokenProcessPool):
            return None
        return WorkersError(
            "A worker process of this machine was ended from outside, perhaps because memory ran out. Nothing that was "
            "finished is lost: give the same command again, with fewer `workers`."
        )


def _cores() -> int:
    from joblib import cpu_count

    return int(cpu_count())


def _results(
    function: Callable[..., Result], tasks: Iterator[tuple[Any, ...]], pool: WorkerPool, *, ordered: bool
) -> Generator[Result, None, None]:
    """The results, while at most `TASKS_PER_WORKER` for each worker are under way."""
    under_way: list[Future[Result]] = []
    finished = False
    try:
        for task in tasks:
            under_way.append(pool.submit(packed(function, task)))
            yield from _taken_while(lambda: _are_enough(under_way, pool.count), under_way, pool, ordered=ordered)
        yield from _taken_while(lambda: bool(under_way), under_way, pool, ordered=ordered)
        finished = True
    finally:
        if not finished:
            pool.stop(under_way)


def _taken_while(
    condition: Callable[[], bool], under_way: "list[Future[Result]]", pool: WorkerPool, *, ordered: bool
) -> Iterator[Result]:
    """Results that are due, and waiting for them, as long as a condition holds."""
    while condition():
        if ready := _ready(under_way, ordered=ordered):
            yield _taken(under_way, ready, pool)
        else:
            wait(_unfinished(under_way), return_when=FIRST_COMPLETED)


def _are_enough(under_way: "Sequence[Future[Any]]", workers: int) -> bool:
    """Whether no further task should be drawn."""
    unfinished = len(_unfinished(under_way))
    return unfinished >= UNFINISHED_PER_WORKER * workers or len(under_way) >= TASKS_PER_WORKER * workers


def _unfinished(under_way: "Sequence[Future[Any]]") -> "list[Future[Any]]":
    return [future for future in under_way if not future.done()]


def _ready(under_way: "Sequence[Future[Result]]", *, ordered: bool) -> "Future[Result] | None":
    """The task whose result may be taken: the oldest, or any that has ended; None where there is none yet."""
    return next((future for future in (under_way[:1] if ordered else under_way) if future.done()), None)


def _taken(under_way: "list[Future[Result]]", ready: "Future[Result]", pool: WorkerPool) -> Result:
    """The result of a task that has ended; it is no longer under way."""
    under_way.remove(ready)
    try:
        return ready.result()
    except BaseException as error:
        refusal = pool.refusal(error)
        if refusal is None:
            raise
        raise refusal from error
