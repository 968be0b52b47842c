"""Peak memory of a call above what its process holds once everything is imported."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

MIB_PER_KIB = 1 / 1024

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
FORGET_PEAK = "5"
"""Linux: the peak is then what the process holds now."""


def peak_above_imports_mb(prepare: Callable[[], Any], call: Callable[[Any], Any]) -> float:
    """MiB that a call adds, at its peak, to what a fresh process holds before it.

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
    before = forgotten_peak_mb()
    call(found)
    return peak_mb() - before


def forgotten_peak_mb() -> float:
    """MiB that this process holds now, from which its peak begins anew.

    The peak of getrusage would be of no use: a process begins with that of the one that started it.
    """
    CLEAR.write_text(FORGET_PEAK, encoding="ascii")
    return peak_mb()


def peak_mb() -> float:
    """The most MiB that this process has held since its peak was last forgotten."""
    lines = STATUS.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * MIB_PER_KIB
