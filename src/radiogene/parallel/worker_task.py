"""One task as it travels to another process, and how it is done there."""

import os
import pickle
from collections.abc import Callable
from contextlib import chdir, nullcontext
from pathlib import Path
from typing import Any

GROUP_VARIABLES = (
    "RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "SLURM_PROCID", "SLURM_LOCALID", "SLURM_NTASKS",
    "SLURM_NTASKS_PER_NODE", "SLURM_STEP_NUM_TASKS", "JSM_NAMESPACE_RANK",
)  # fmt: skip
"""By these a process that srun or torchrun started is known as one of several that share a training; a worker that was
started so works alone."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Environment of processes that work side by side."""


KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**26), "MALLOC_TRIM_THRESHOLD_": str(2**28)}
"""Environment by which glibc keeps up to 256 MB for the next task instead of giving it back and asking again."""


def packed(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    """The task as bytes, which only `run_packed` reads: a worker prepares itself before it imports anything for it."""
    return pickle.dumps((function, arguments))


def run_packed(task: bytes, folder: str) -> Any:
    """What the task returns.

    Args:
        task: from `packed`.
        folder: from which its relative paths start; one that this machine lacks is passed over.

    Returns:
        What its function returns; what that raises is raised.
    """
    for name in GROUP_VARIABLES:
        os.environ.pop(name, None)
    with chdir(folder) if Path(folder).is_dir() else nullcontext():
        function, arguments = pickle.loads(task)  # noqa: S301 - what `packed` wrote, never a file
        return function(*arguments)
