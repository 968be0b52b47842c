"""Peak memory of a call above what its process holds once everything is imported."""

import multiprocessing
import resource
from collections.abc import Callable
from typing import Any

MIB_PER_KIB = 1 / 1024


def peak_above_imports_mb(prepare: Callable[[], Any], call: Callable[[Any], Any]) -> float:
    """MiB that a call adds to the peak of a fresh process.

    Args:
        prepare: imports what is needed and warms up what every process has; its result goes to `call`. Picklable.
        call: what is measured. Picklable.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (prepare, call))


def _measured(prepare: Callable[[], Any], call: Callable[[Any], Any]) -> float:
    """In the fresh process."""
    found = prepare()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    call(found)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * MIB_PER_KIB
