"""Processes of this machine: order, how much is under way, and what is left of a run that ends early."""

import operator
import os
import signal
import time
from contextlib import closing
from pathlib import Path

import pytest

from radiogene.errors import SettingsError, WorkersError
from radiogene.parallel.worker_task import GROUP_VARIABLES, packed, run_packed
from radiogene.parallel.workers import ONE_THREAD, TASKS_PER_WORKER, in_parallel, process_count
from radiogene.storage.folder_lock import locked_folder


def squares(count):
    return [n * n for n in range(count)]


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_tasks(workers):
    assert list(in_parallel(pow, ((n, 2) for n in range(30)), workers)) == squares(30)


def test_results_out_of_order_are_all_there():
    assert sorted(in_parallel(pow, ((n, 2) for n in range(30)), 2, ordered=False)) == squares(30)


@pytest.mark.parametrize("ordered", [True, False])
def test_no_more_tasks_are_drawn_than_results_are_taken_however_slowly(ordered):
    drawn = []

    def tasks():
        for n in range(60):
            drawn.append(n)
            yield (n, 2)

    with closing(in_parallel(pow, tasks(), 2, ordered=ordered)) as results:
        for taken in range(1, 6):
            next(results)
            time.sleep(0.05)
            assert len(drawn) <= TASKS_PER_WORKER * 2 + taken


def test_one_task_alone_starts_no_process():
    assert list(in_parallel(os.getpid, [()], 2)) == [os.getpid()]
    assert list(in_parallel(os.getpid, [], 2)) == []


def test_processes_side_by_side_have_one_thread_and_are_no_part_of_a_group(monkeypatch):
    monkeypatch.setenv("SLURM_PROCID", "3")
    found = set(in_parallel(os.getenv, [("OMP_NUM_THREADS",), ("SLURM_PROCID",)] * 2, 2))
    assert found == {ONE_THREAD["OMP_NUM_THREADS"], None}


@pytest.mark.parametrize("name", GROUP_VARIABLES)
def test_a_task_forgets_that_its_process_was_one_of_several(name, monkeypatch):
    monkeypatch.setenv(name, "2")
    assert run_packed(packed(os.getenv, (name,)), "/") is None


def test_relative_paths_start_where_they_were_given(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("here")
    task = packed(Path.read_text, (Path("file"),))
    assert run_packed(task, str(tmp_path)) == "here"
    with pytest.raises(FileNotFoundError):
        run_packed(task, str(tmp_path / "another machine's"))


def test_what_a_task_raises_is_raised_and_the_next_run_works():
    with pytest.raises(ZeroDivisionError):
        list(in_parallel(operator.truediv, ((1, n - 3) for n in range(20)), 2))
    assert list(in_parallel(pow, ((n, 2) for n in range(5)), 2)) == squares(5)


def test_closing_early_ends_what_is_under_way():
    started = time.monotonic()
    with closing(in_parallel(time.sleep, ((n * 60,) for n in range(4)), 2)) as results:
        next(results)
    assert time.monotonic() - started < 30


def test_a_killed_process_is_one_clear_error():
    with pytest.raises(WorkersError, match=r"ended from outside.*fewer `workers`"):
        list(in_parallel(os.kill, ((pid, signal.SIGKILL) for pid in in_parallel(os.getpid, [(), ()], 2)), 2))


@pytest.mark.parametrize("count", [0, -2])
def test_no_worker_is_refused(count):
    with pytest.raises(SettingsError, match=f"{count} workers were asked for; `workers` takes 1 or more"):
        in_parallel(pow, [(1, 2)] * 2, count)
    assert process_count(-1) >= 1


def test_a_folder_is_written_by_one_at_a_time_and_the_holder_is_named(tmp_path):
    another = locked_folder(tmp_path / "new", longest_wait_s=0.3)
    said = f"is being written by process {os.getpid()} on "
    with locked_folder(tmp_path / "new"), pytest.raises(WorkersError, match=said), another:
        pass
    with locked_folder(tmp_path / "new", longest_wait_s=0):
        pass
