"""A scheduler and workers as processes on the loopback interface, ended with the block that started them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

DASK = (sys.executable, "-m", "dask")
# Should whoever started them be killed, they end by themselves; a whole suite may lie between two tests of theirs.
SCHEDULER = (*DASK, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--idle-timeout", "90 minutes")
WORKER = (*DASK, "worker", "--no-nanny", "--nthreads", "1", "--no-dashboard", "--death-timeout", "60")

LONGEST_START_S = 120
"""On a machine with much else to do."""


@dataclass
class Machines:
    """A scheduler's address and the workers that were started for it."""

    address: str
    scheduler: subprocess.Popen
    folder: Path
    stack: ExitStack
    workers: list[subprocess.Popen] = field(default_factory=list)

    def start_worker(self, *more: str, **environment: str) -> subprocess.Popen:
        """One more worker, with further options and environment."""
        command = [*WORKER, self.address, "--local-directory", str(self.folder), *more]
        worker = self.stack.enter_context(_running(command, {**os.environ, **environment}, self.folder))
        self.workers.append(worker)
        return worker

    def complete(self) -> None:
        """Starts a worker for each that has ended, and waits until the scheduler knows all of them."""
        from distributed import Client

        for ended in [worker for worker in self.workers if worker.poll() is not None]:
            self.workers.remove(ended)
            self.start_worker()
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=LONGEST_START_S)

    def kill_worker(self, worker: subprocess.Popen) -> None:
        """Ends a worker for good."""
        worker.kill()
        worker.wait()
        self.workers.remove(worker)


@contextmanager
def dask_machines(folder: Path, workers: int = 2) -> Iterator[Machines]:
    """The machines; what is started later ends with them."""
    with ExitStack() as stack:
        file = folder / "scheduler.json"
        scheduler = stack.enter_context(_running([*SCHEDULER, "--scheduler-file", str(file)], dict(os.environ), folder))
        machines = Machines(_address_in(file, scheduler), scheduler, folder, stack)
        for _ in range(workers):
            machines.start_worker()
        yield machines


def _address_in(file: Path, scheduler: subprocess.Popen) -> str:
    while scheduler.poll() is None:
        try:
            return json.loads(file.read_text())["address"]
        except (FileNotFoundError, ValueError):
            time.sleep(0.05)
    raise RuntimeError("The scheduler ended before it said its address.")


@contextmanager
def _running(command: Sequence[str], environment: dict[str, str], cwd: Path) -> Iterator[subprocess.Popen]:
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, cwd=cwd, **silent) as process:
        try:
            yield process
        finally:
            process.kill()
