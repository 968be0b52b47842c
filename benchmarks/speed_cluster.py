"""What a Dask cluster costs beside processes of this machine: preparing one cohort, and tasks that do nothing.

A scheduler and two workers are started on the loopback interface, and ended; both contenders have two workers that run
already. On several machines the network comes on top: 0.5 to 0.8 MB a patient.

    .venv/bin/python benchmarks/speed_cluster.py
"""

import tempfile
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from harness.dask_machines import dask_machines
from harness.in_turn import timed_in_turn
from harness.made_cohort import cohort_table, preparation, write_series_of_cohort
from harness.results import BenchmarkResult, Figure, run_benchmark

SHARED = "scheduler, client and two workers share two cores"

WORKERS = 2
SERIES = 2


def measure(quick: bool) -> BenchmarkResult:
    """The result of this script."""
    from radiogene.parallel.dask_cluster import DaskCluster
    from radiogene.parallel.workers import Workers

    patients, slices, repeats, tasks = (8, 80, 2, 200) if quick else (96, 200, 3, 1000)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_series_of_cohort(folder, SERIES, slices)
        table = cohort_table(folder, patients, SERIES)
        machines = stack.enter_context(dask_machines(folder, WORKERS))
        machines.complete()
        cluster = stack.enter_context(DaskCluster(machines.address))
        contenders: dict[str, Workers] = {"local processes": WORKERS, "Dask cluster": cluster}
        work = {
            f"{patients} patients, {name}": preparation(folder, table, workers) for name, workers in contenders.items()
        }
        nothing = {f"{tasks} empty tasks, {name}": _nothing(tasks, workers) for name, workers in contenders.items()}
        prepared, empty = timed_in_turn(work, repeats), timed_in_turn(nothing, repeats)
    local, dask = (patients / timing.median for timing in prepared.values())
    ms_local, ms_dask = (1e3 * timing.median / tasks for timing in empty.values())
    return BenchmarkResult(
        name="speed_cluster",
        title=f"A Dask cluster beside local processes, {WORKERS} workers each",
        timings=[*prepared.values(), *empty.values()],
        figures=[
            Figure("throughput, local processes", local, "patients a second"),
            Figure("throughput, Dask cluster", dask, "patients a second"),
            Figure("throughput over the cluster", dask / local, "times that of local processes", SHARED),
            Figure("an empty task, local processes", ms_local, "ms"),
            Figure("an empty task, Dask cluster", ms_dask, "ms", SHARED),
        ],
        packages=("joblib", "dask", "distributed"),
    )


def _nothing(tasks: int, workers: object) -> Callable[[], None]:
    """So many calls that do nothing."""
    from radiogene.parallel.workers import in_parallel

    return lambda: deque(in_parallel(abs, ((n,) for n in range(tasks)), workers), maxlen=0) and None


if __name__ == "__main__":
    run_benchmark(measure, __doc__)
