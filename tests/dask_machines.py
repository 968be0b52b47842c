"""A scheduler and workers as processes of their own on the loopback interface, ended with the block that started them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SCHEDULER = (sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
WORKER = (sys.executable, "-m", "dask", "worker", "--no-nanny", "--nthreads", "1", "--no-dashboard")


@dataclass
class Machines:
    """A scheduler's address and the workers that were started for it."""

    address: str
    scheduler: subprocess.Popen
    folder: Path
    workers: list[subprocess.Popen] = field(default_factory=list)

    def start_worker(self, stack: ExitStack, *more: str, cwd: Path | None = None, **environment: str) -> None:
        command = [*WORKER, self.address, "--local-directory", str(self.folder), *more]
        self.workers.append(stack.enter_context(_running(command, {**os.environ, **environment}, cwd)))

    def kill_worker(self, number: int) -> None:
        self.workers[number].send_signal(signal.SIGKILL)
        self.workers[number].wait()


@contextmanager
def dask_machines(folder: Path, workers: int = 2) -> Iterator[tuple[Machines, ExitStack]]:
    """The machines, and the stack that ends what is started later."""
    with ExitStack() as stack:
        file = folder / "scheduler.json"
        scheduler = stack.enter_context(_running([*SCHEDULER, "--scheduler-file", str(file)], dict(os.environ), folder))
        machines = Machines(_address_in(file, scheduler), scheduler, folder)
        for _ in range(workers):
            machines.start_worker(stack)
        yield machines, stack


def _address_in(file: Path, scheduler: subprocess.Popen) -> str:
    while scheduler.poll() is None:
        try:
            return json.loads(file.read_text())["address"]
        except (FileNotFoundError, ValueError):
            time.sleep(0.05)
    raise RuntimeError("The scheduler ended before it said its address.")


@contextmanager
def _running(command: Sequence[str], environment: dict[str, str], cwd: Path | None) -> Iterator[subprocess.Popen]:
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, cwd=cwd, **silent) as process:
        try:
            yield process
        finally:
            process.kill()
