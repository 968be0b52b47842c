"""Progress bars on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int], None]


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
