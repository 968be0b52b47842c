"""The one way to parallel work: tasks done by this process, by others of this machine, or by a Dask cluster.

Results are taken one by one, and only a few tasks for each worker are under way: memory does not grow with their
number, however slowly results are taken. joblib's `Parallel` sends the next task whether or not a result was taken, and
its Dask backend keeps each array on one worker, so that a worker that ends takes tasks with it; hence the processes of
joblib are used here without it, and Dask by its own futures.
"""

import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from radiogene.errors import SettingsError, WorkersError
from radiogene.worker_task import ONE_THREAD, packed, run_packed

Result = TypeVar("Result")

TASKS_PER_WORKER = 4
"""Under way at a time: one at work, others waiting in line or for an earlier one whose result is due first."""

IDLE_S = 60.0
"""After this long without a task a process of this machine ends."""


class Crew(Protocol):
    """Workers that take tasks and give results later."""

    @property
    def count(self) -> int:
        """Processes."""

    def submit(self, task: bytes) -> "Future[Any]":
        """The result of a packed task, later."""

    def stop(self) -> None:
        """Nothing; tasks that are under way are given up."""

    def refusal(self, error: BaseException) -> WorkersError | None:
        """What an error of a future says of the workers themselves; None where the task raised it."""


Workers = int | Crew
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
        raise SettingsError(f"{workers} workers were asked for; --workers takes 1 or more, or -1 for one per core.")
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
    from radiogene.dask_cluster import DaskCluster

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
        self._pool = get_reusable_executor(max_workers=count, timeout=IDLE_S, env=ONE_THREAD)

    def submit(self, task: bytes) -> "Future[Any]":
        """See `Crew`."""
        future: Future[Any] = self._pool.submit(run_packed, task, str(Path.cwd()))
        return future

    def stop(self) -> None:
        """See `Crew`."""
        self._pool.shutdown(wait=True, kill_workers=True)

    def refusal(self, error: BaseException) -> WorkersError | None:
        """See `Crew`."""
        from joblib.externals.loky import BrokenProcessPool

        if not isinstance(error, BrokenProcessPool):
            return None
        return WorkersError(
            "A worker process of this machine was ended from outside, perhaps because memory ran out. Nothing that was "
            "finished is lost: give the same command again, with fewer --workers."
        )


def _cores() -> int:
    from joblib import cpu_count

    return int(cpu_count())


def _results(
    function: Callable[..., Result], tasks: Iterator[tuple[Any, ...]], crew: Crew, *, ordered: bool
) -> Generator[Result, None, None]:
    """The results, while at most `TASKS_PER_WORKER` for each worker are under way."""
    under_way: list[Future[Result]] = []
    finished = False
    try:
        for task in tasks:
            under_way.append(crew.submit(packed(function, task)))
            if len(under_way) >= TASKS_PER_WORKER * crew.count:
                yield _taken(under_way, crew, ordered=ordered)
        while under_way:
            yield _taken(under_way, crew, ordered=ordered)
        finished = True
    finally:
        if not finished:
            for future in under_way:
                future.cancel()
            crew.stop()


def _taken(under_way: "list[Future[Result]]", crew: Crew, *, ordered: bool) -> Result:
    """The result of the oldest task, or of one that has ended; it is no longer under way."""
    done = under_way[:1] if ordered else wait(under_way, return_when=FIRST_COMPLETED).done
    future = next(future for future in under_way if future in done)
    under_way.remove(future)
    try:
        return future.result()
    except BaseException as error:
        refusal = crew.refusal(error)
        if refusal is None:
            raise
        raise refusal from error
