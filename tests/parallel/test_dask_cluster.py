"""A real scheduler and real workers: how they are reached, refused, lost and stopped."""

import os
import signal
import sys
import threading
import time
from contextlib import closing

import pytest
from threadpoolctl import threadpool_info

from harness.dask_machines import dask_machines
from radiogene.cli.app import main
from radiogene.errors import SettingsError, WorkersError
from radiogene.parallel.dask_cluster import DaskCluster, require_address
from radiogene.parallel.workers import TASKS_PER_WORKER, in_parallel, opened_workers


def test_results_are_those_of_this_process_and_come_from_the_workers(cluster, machines):
    assert list(in_parallel(pow, ((n, 2) for n in range(40)), cluster)) == [n * n for n in range(40)]
    assert set(in_parallel(os.getpid, [()] * 20, cluster)) == {worker.pid for worker in machines.workers}
    assert cluster.count == 2


def test_no_more_tasks_are_drawn_than_results_are_taken_however_slowly(cluster):
    drawn = []
    tasks = ((drawn.append(n) or n, 2) for n in range(60))
    with closing(in_parallel(pow, tasks, cluster)) as results:
        for taken in range(1, 6):
            next(results)
            time.sleep(0.05)
            assert len(drawn) <= TASKS_PER_WORKER * 2 + taken


def test_what_a_task_raises_is_raised_and_the_cluster_goes_on(cluster):
    with pytest.raises(ZeroDivisionError):
        list(in_parallel(divmod, ((1, n - 3) for n in range(20)), cluster))
    assert list(in_parallel(pow, [(2, 3)], cluster)) == [8]


def test_a_worker_that_is_killed_in_the_middle_loses_no_task(cluster, machines):
    killed = machines.workers[0]
    threading.Timer(0.5, killed.kill).start()
    assert list(in_parallel(time.sleep, [(0.1,)] * 30, cluster)) == [None] * 30


LONG_TASK = """
import os, time
open(f"{folder}/began-{os.getpid()}", "w").close()
try:
    for _ in range(1200):
        time.sleep(0.05)
finally:
    open(f"{folder}/ended-{os.getpid()}", "w").close()
"""


def names(folder, start):
    return [path for path in folder.iterdir() if path.name.startswith(start)]


def interrupt_when_both_have_begun(folder):
    while len(names(folder, "began")) < 2:
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.usefixtures("heard_interrupts")
def test_an_interrupt_ends_tasks_that_run_and_those_that_wait(cluster, tmp_path):
    threading.Thread(target=interrupt_when_both_have_begun, args=(tmp_path,)).start()
    with pytest.raises(KeyboardInterrupt):
        list(in_parallel(exec, [(LONG_TASK, {"folder": str(tmp_path)})] * 8, cluster))
    assert len(names(tmp_path, "began")) == len(names(tmp_path, "ended")) == 2
    assert list(in_parallel(pow, [(2, 3)], cluster)) == [8]


@pytest.mark.parametrize(
    "words", ["127.0.0.1:8786", "tcp://", "tcp://host", "tcp://host:0", "tcp://host:70000", "http://h:1"]
)
def test_words_that_are_no_address_are_refused(words):
    with pytest.raises(SettingsError, match="expected tcp://HOST:PORT or tls://HOST:PORT"):
        require_address(words)


@pytest.mark.parametrize("words", ["tcp://10.0.0.1:8786", "tls://node-1.cluster:1", "tcp://[::1]:8786"])
def test_addresses_are_taken_as_dask_prints_them(words):
    assert require_address(words) == words


def test_a_scheduler_that_is_not_there_is_one_error_within_seconds(tmp_path, capsys):
    table = tmp_path / "cohort.csv"
    table.write_text("patient_id,ct,nodule\np,.,0 0 0\n")
    started = time.monotonic()
    words = ("prepare", table, "--out", tmp_path / "store", "--quiet", "--scheduler", "tcp://127.0.0.1:9")
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert ended.value.code == WorkersError.exit_code
    assert time.monotonic() - started < 20
    said = capsys.readouterr().err
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in said
    assert "`dask scheduler`" in said
    assert "`dask worker tcp://127.0.0.1:9 --nthreads 1`" in said
    assert list(tmp_path.iterdir()) == [table]


def test_certificates_are_asked_for_where_the_address_needs_them():
    with pytest.raises(SettingsError, match="needs certificates: set DASK_DISTRIBUTED__COMM__TLS__CA_FILE"):
        DaskCluster("tls://127.0.0.1:9")


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingsError, match=r'pip install "radiogene\[cluster\]"'):
        DaskCluster("tcp://127.0.0.1:9")


@pytest.fixture(scope="module")
def fresh_machines(tmp_path_factory):
    with dask_machines(tmp_path_factory.mktemp("fresh"), workers=0) as started:
        yield started


def preload(folder, line):
    """The option of a worker that begins with a line of Python."""
    file = folder / "preload.py"
    file.write_text(line)
    return "--preload", str(file)


def test_a_scheduler_without_workers_is_one_clear_error(fresh_machines):
    with pytest.raises(WorkersError, match=r"has no worker after 0.2 s\. Start one .* `dask worker tcp://"):
        DaskCluster(fresh_machines.address, first_worker_s=0.2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import radiogene; radiogene.__version__ = '0.0.9'", r"has radiogene 0\.0\.9, this process \d"),
        ("import platform; platform.python_version = lambda: '3.99.1'", r"has python 3\.99, this process 3\.\d+"),
        ("import sys; sys.modules['radiogene'] = None", "has no radiogene .*Install the same version on all machines"),
    ],
)
def test_workers_of_other_versions_are_refused(fresh_machines, tmp_path, line, said):
    worker = fresh_machines.start_worker(*preload(tmp_path, line))
    with pytest.raises(WorkersError, match=said):
        DaskCluster(fresh_machines.address)
    fresh_machines.kill_worker(worker)


def test_a_worker_of_another_version_that_comes_later_is_refused_and_threads_take_turns(fresh_machines, tmp_path):
    first = fresh_machines.start_worker("--nthreads", "4")
    with opened_workers(1, fresh_machines.address) as cluster:
        started = time.monotonic()
        list(in_parallel(time.sleep, [(0.1,)] * 8, cluster))
        assert time.monotonic() - started > 0.8  # one after the other, whatever threads the worker has
        fresh_machines.kill_worker(first)
        other = fresh_machines.start_worker(*preload(tmp_path, "import radiogene; radiogene.__version__ = '0.0.9'"))
        with pytest.raises(WorkersError, match=r"has radiogene 0\.0\.9"):
            list(in_parallel(time.sleep, [(0.1,)], cluster))
        fresh_machines.kill_worker(other)


def test_libraries_that_a_worker_had_loaded_compute_in_one_thread(fresh_machines):
    worker = fresh_machines.start_worker(OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2")
    with opened_workers(1, fresh_machines.address) as cluster:
        (pools,) = in_parallel(threadpool_info, [()], cluster)
    fresh_machines.kill_worker(worker)
    assert "openblas" in {pool["internal_api"] for pool in pools}
    assert {pool["num_threads"] for pool in pools} == {1}


def test_a_scheduler_that_goes_away_is_one_clear_error(fresh_machines):
    fresh_machines.start_worker()
    with opened_workers(1, fresh_machines.address) as cluster:
        threading.Timer(0.5, fresh_machines.scheduler.kill).start()
        with pytest.raises(WorkersError, match=r"has gone away.*give the same command again"):
            list(in_parallel(time.sleep, [(0.1,)] * 1000, cluster))
