"""Progress on standard error: bars, and a line for each finished fit of an experiment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from radiogene.experiments.run import Progress as ExperimentProgress

Progress = Callable[[int, int], None]

SECONDS_PER_MINUTE = 60


@contextmanager
def progress_bar(title: str, quiet: bool = False) -> Iterator[Progress]:
    """A function (finished, all) that moves a bar on standard error.

    Args:
        title: what is being done.
        quiet: show nothing.
    """
    if quiet:
        yield lambda finished, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(title, total=None)
        yield lambda finished, total: bars.update(task, completed=finished, total=total)


@contextmanager
def fit_progress(quiet: bool = False) -> Iterator[Callable[["ExperimentProgress"], None]]:
    """A function that shows an experiment's progress, one line per finished fit.

    Args:
        quiet: show nothing.
    """
    if quiet:
        yield lambda progress: None
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    yield lambda progress: console.print(progress_line(progress), markup=False)


def progress_line(progress: "ExperimentProgress") -> str:
    """One line: `12/63 fits, about 14 min left; mmdl: 31 s`."""
    from radiogene.experiments.planned_fit import FitFailure

    left = progress.seconds_left
    time = "" if left is None else f", about {max(1, round(left / SECONDS_PER_MINUTE))} min left"
    line = f"{progress.done}/{progress.known} fits{time if progress.done < progress.known else ''}"
    if progress.last is None:
        return line
    failed = f" FAILED: {progress.last.reason}" if isinstance(progress.last, FitFailure) else ""
    return f"{line}; {progress.last.fit.method}: {progress.last.seconds:.0f} s{failed}"
