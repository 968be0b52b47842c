"""A child that crashes, hangs, hungers or fails ends its own task and no other."""

import os
import signal
import time

import pytest

from radiogene.parallel.guarded_child import GuardedChild, Limits, Unfinished, guarded

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children with limits are POSIX")

LITTLE = Limits(seconds=20, address_bytes=2**32)


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def hang():
    while True:
        time.sleep(60)


def hunger():
    return len(bytearray(2**33))


def nest(depth=0):
    return nest(depth + 1)


def fail():
    raise LookupError("a foreign error")


def leave():
    os._exit(3)


@pytest.fixture
def child():
    made = GuardedChild(LITTLE)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (crash, "crashed the process that read it (SIGSEGV)"),
        (hunger, "more memory"),
        (nest, "nested deeper"),
        (fail, "LookupError: a foreign error"),
        (leave, "exit code 3"),
    ],
)
def test_what_a_task_does_to_its_process_is_a_reason_and_the_next_task_is_done(child, task, words):
    outcome = child.run(task)
    assert isinstance(outcome, Unfinished)
    assert words in outcome.reason
    assert child.run(pow, 2, 5) == 32


def test_a_task_that_hangs_is_ended_at_its_limit():
    child = GuardedChild(Limits(seconds=0.5))
    try:
        begun = time.monotonic()
        outcome = child.run(hang)
        assert isinstance(outcome, Unfinished)
        assert "took more than 0.5 s" in outcome.reason
        assert time.monotonic() - begun < 30
    finally:
        child.close()


def test_one_child_does_all_tasks_and_ends_with_its_connection(child):
    numbers = {child.run(os.getpid) for _ in range(5)}
    assert len(numbers) == 1
    assert numbers != {os.getpid()}
    child.close()
    with pytest.raises(ProcessLookupError):
        os.kill(numbers.pop(), 0)


def test_a_child_that_ended_while_it_was_idle_is_replaced(child):
    first = child.run(os.getpid)
    os.kill(first, signal.SIGKILL)
    time.sleep(0.2)
    outcomes = [child.run(os.getpid), child.run(os.getpid)]
    assert outcomes[1] not in (first, os.getpid())


def test_a_process_keeps_its_child():
    assert guarded(os.getpid) == guarded(os.getpid)
