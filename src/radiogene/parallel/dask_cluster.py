"""A Dask cluster that was started elsewhere: reached, checked, given tasks, and asked to stop."""

import logging
import re
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from radiogene.errors import SettingsError, WorkersError
from radiogene.parallel.dask_worker import WorkerFacts, run_on_worker, still_running, worker_facts

if TYPE_CHECKING:
    from distributed import Client

ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.%]+\]|[\w.-]+):(\d{1,5})")

REACHED_S = 5.0
"""A scheduler that does not answer within this time is not there."""

FIRST_WORKER_S = 30.0
"""How long a scheduler may be without any worker: those of an allocation start one after the other."""

COUNTED_S = 5.0
"""Workers may come and go, so they are counted again after this time."""

STILL_RUNNING_S = 0.2

STOPPED_S = 20.0
"""How long tasks that were given up may take to end."""


class DaskCluster:
    """The workers of a scheduler; those that come later are used, too.

    Args:
        address: of the scheduler.

    Raises:
        SettingsError: no address, no certificates for `tls://`, or the extra is not installed.
        WorkersError: nothing answers there, there is no worker, or one has other versions.
    """

    def __init__(self, address: str, *, first_worker_s: float = FIRST_WORKER_S) -> None:
        self.address = require_address(address)
        self._expected = WorkerFacts.here()
        self._client = _connected(address)
        try:
            _await_worker(self._client, address, first_worker_s)
            _refuse_other_versions(self._client, self._expected)
        except BaseException:
            self._client.close()
            raise
        self._executor = self._client.get_executor(pure=False)
        self._count, self._counted_at = len(self._client.ncores()), time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    @property
    def count(self) -> int:
        """Worker processes, at least one."""
        if time.monotonic() - self._counted_at > COUNTED_S and not self._is_gone:
            self._count, self._counted_at = len(self._client.ncores()), time.monotonic()
        return max(1, self._count)

    @property
    def _is_gone(self) -> bool:
        """Whether the scheduler no longer answers."""
        return bool(self._client.status != "running")

    def submit(self, task: bytes) -> "Future[Any]":
        """The result of a packed task, later; where its worker ends, another begins it anew."""
        if self._is_gone:
            raise self._gone()
        future: Future[Any] = self._executor.submit(run_on_worker, task, str(Path.cwd()), self._expected)
        return future

    def stop(self, under_way: "Sequence[Future[Any]]") -> None:
        """Give up tasks that are under way and wait for their end, unless a worker does not answer."""
        if self._is_gone:
            return
        self._executor.shutdown(wait=False)
        deadline = time.monotonic() + STOPPED_S
        asked = True
        while asked and time.monotonic() < deadline:
            # The workers hear of it by another way than of this question.
            time.sleep(STILL_RUNNING_S)
            asked = any(self._client.run(still_running, on_error="ignore").values())
        self._executor = self._client.get_executor(pure=False)

    def refusal(self, error: BaseException) -> WorkersError | None:
        """What an error of a future says of the cluster itself; None where the task raised it."""
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            return WorkersError(
                f"The same task ended {error.allowed_failures + 1} workers of {self.address}, the last "
                f"{error.last_worker.address}; perhaps their memory is too small. Nothing that was finished is lost: "
                "give the same command again."
            )
        if isinstance(error, CancelledError):
            return self._gone()
        return None

    def _gone(self) -> WorkersError:
        return WorkersError(
            f"The scheduler at {self.address} has gone away, or gave up the tasks. Nothing that was finished is lost: "
            "give the same command again."
        )


def require_address(words: str) -> str:
    """The address of a scheduler.

    Raises:
        SettingsError: words that are none.
    """
    parts = ADDRESS.fullmatch(words)
    if parts is None or not 1 <= int(parts[3]) <= 65535:
        raise SettingsError(
            f"`scheduler` {words!r}: expected tcp://HOST:PORT or tls://HOST:PORT, as `dask scheduler` prints it, such "
            "as tcp://127.0.0.1:8786."
        )
    return words


def _connected(address: str) -> "Client":
    """A client of the scheduler."""
    try:
        from distributed import Client
        from distributed.security import Security
    except ImportError as error:
        raise SettingsError('`scheduler` needs Dask: pip install "radiogene[cluster]".') from error
    # Workers that end are told of by what follows from it; our own check of versions says more than Dask's.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    security = Security()
    if address.startswith("tls:") and security.get_connection_args("client").get("ssl_context") is None:
        raise SettingsError(
            f"`scheduler` {address} needs certificates: set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
            "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY."
        )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="(?s).*Mismatched versions found.*")
        try:
            return Client(address, timeout=REACHED_S, security=security, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise WorkersError(
                f"No Dask scheduler answers at {address} ({_first_line(error)}). Start one there by `dask scheduler`, "
                f"and workers by `dask worker {address} --nthreads 1`."
            ) from error


def _await_worker(client: "Client", address: str, seconds: float) -> None:
    """Wait until there is a worker."""
    try:
        client.wait_for_workers(1, timeout=seconds)
    except TimeoutError as error:
        raise WorkersError(
            f"The scheduler at {address} has no worker after {seconds:g} s. Start one or more, on any machine that "
            f"sees the same folders, by `dask worker {address} --nthreads 1`."
        ) from error


def _refuse_other_versions(client: "Client", expected: WorkerFacts) -> None:
    """Refuse workers whose results could differ from those of this process."""
    answers: dict[str, object] = client.run(worker_facts, on_error="return")
    for worker, facts in answers.items():
        if not isinstance(facts, WorkerFacts):
            raise WorkersError(
                f"The worker {worker} has no radiogene {expected.versions['radiogene']} ({_first_line(facts)}). "
                "Install the same version on all machines."
            )
        expected.require(facts, worker)


def _first_line(error: object) -> str:
    text = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error)
    return text.splitlines()[0] if text else type(error).__name__
