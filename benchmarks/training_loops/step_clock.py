"""When each step of a loop asked for its batch, got it, and was done."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from torch.utils.data import DataLoader


@dataclass
class StepClock:
    """The times of the steps of one fit, in seconds of one clock; the first step warms up and counts for nothing.

    Attributes:
        asked: when a batch was asked for.
        got: when it was there.
        done: when the optimiser had made its step.
    """

    asked: list[float] = field(default_factory=list)
    got: list[float] = field(default_factory=list)
    done: list[float] = field(default_factory=list)

    @property
    def steps(self) -> list[float]:
        """Seconds of each step, the wait for its batch included."""
        return [done - asked for asked, done in zip(self.asked, self.done, strict=False)][1:]

    @property
    def waits(self) -> list[float]:
        """Seconds that each step waited for its batch."""
        return [got - asked for asked, got in zip(self.asked, self.got, strict=False)][1:]

    def step_is_done(self) -> None:
        """Notes the time."""
        self.done.append(time.perf_counter())


class ClockedLoader(DataLoader[Any]):
    """A loader that notes when it was asked, and when it answered.

    Args:
        clock: gets the times.
        arguments: of the loader.
    """

    def __init__(self, clock: StepClock, *args: Any, **arguments: Any) -> None:
        super().__init__(*args, **arguments)
        self._step_clock = clock

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        """The batches."""
        batches = super().__iter__()
        while True:
            self._step_clock.asked.append(time.perf_counter())
            try:
                batch = next(batches)
            except StopIteration:
                return
            self._step_clock.got.append(time.perf_counter())
            yield batch
