"""A clock in every fit of the program's own training: seconds, images and memory of each epoch, and a time to end by.

The training is left as it is: the clock stands in hooks that Lightning calls and the program's modules leave empty.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.training.fitting.fitted_module import FittedModule
from radiogene.training.members import member_training
from radiogene.training.stages.frozen_features import frozen_features

FEATURES = "frozen features"
GIB = 2**30
MARKS = 3
"""Of an epoch: its first step begins, its steps are done, its validation is done."""


@dataclass(frozen=True)
class EpochTimes:
    """One epoch of a fit, or the computing of frozen features, which counts as one epoch.

    Attributes:
        fit: the title of what is fitted, such as "stage 'fusion'".
        epoch: counted from 0.
        items: patients, or images in a pretraining, of all its steps.
        steps: of the optimiser.
        training_s: from the first step's start to the last one's end on the device.
        validation_s: of the validation.
        keeping_s: from there to the next epoch's first step: checkpoint, best weights, and the next batch.
        memory_gib: at most on a CUDA device since the fit began; 0 elsewhere.
        out_of_time: whether the fit ended here because one more epoch would have outlasted its time.
    """

    fit: str
    epoch: int
    items: int
    steps: int
    training_s: float
    validation_s: float
    keeping_s: float
    memory_gib: float
    out_of_time: bool = False


@dataclass(eq=False)
class FitClock:
    """Times the fits of this process, and ends those that would outlast their time.

    Attributes:
        file: that gets a line of JSON for each epoch; what an earlier process wrote stays.
        ends_at: by title, the time (`time.monotonic`) by which a fit has to end; None for no end.
    """

    file: Path
    ends_at: Callable[[str], float | None] = lambda title: None
    _epoch: int = 0
    _items: int = 0
    _steps: int = 0
    _kept_s: float = 0.0
    _out_of_time: bool = False
    _marks: list[float] = field(default_factory=list)

    def fit_begins(self, module: FittedModule) -> None:
        """Nothing is left of a fit before."""
        self._marks, self._kept_s, self._out_of_time = [], 0.0, False
        if module.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(module.device)

    def batch_begins(self, module: FittedModule, batch: Any, batch_index: int) -> None:
        """The first batch of an epoch ends the keeping of the one before."""
        if batch_index == 0:
            self._write(module)
            self._epoch, self._items, self._steps = module.current_epoch, 0, 0
            self._marks = [_now(module.device)]
        self._items += len(batch[0])

    def batch_ends(self, module: FittedModule, outputs: Any, batch: Any, batch_index: int) -> None:
        """A step is queued, not done."""
        self._steps += 1

    def validation_begins(self, module: FittedModule) -> None:
        """All steps of the epoch are done."""
        self._marks.append(_now(module.device))

    def validation_ends(self, module: FittedModule) -> None:
        """The epoch's losses are known."""
        self._marks.append(_now(module.device))

    def epoch_ends(self, module: FittedModule) -> None:
        """Ends the fit where one more epoch would outlast its time."""
        end = self.ends_at(module.title)
        now = time.monotonic()
        if end is not None and now + self._kept_s + (now - self._marks[0]) + self._kept_s > end:
            module.trainer.should_stop = self._out_of_time = True

    def fit_ends(self, module: FittedModule) -> None:
        """The last epoch is kept."""
        self._write(module)
        self._marks = []

    def features(self, compute: Callable[..., NDArray[np.float32]]) -> Callable[..., NDArray[np.float32]]:
        """The same computing of frozen features, timed where it computes any.

        Args:
            compute: `frozen_features`.
        """

        def timed(path: Path, *arguments: Any) -> NDArray[np.float32]:
            computes, started = not path.exists(), time.monotonic()
            found = compute(path, *arguments)
            if computes:
                patients, variants = found.shape[:2]
                seconds = time.monotonic() - started
                self.note(EpochTimes(FEATURES, 0, patients * variants, 0, seconds, 0.0, 0.0, _memory_gib()))
            return found

        return timed

    def note(self, times: EpochTimes) -> None:
        """Append a line to the file."""
        with self.file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(asdict(times)) + "\n")

    def _write(self, module: FittedModule) -> None:
        """Append the epoch that is over, where one is."""
        if len(self._marks) < MARKS:
            return
        begun, trained, validated = self._marks
        self._kept_s = _now(module.device) - validated
        self.note(
            EpochTimes(
                module.title,
                self._epoch,
                self._items,
                self._steps,
                trained - begun,
                validated - trained,
                self._kept_s,
                _memory_gib(),
                self._out_of_time,
            )
        )


@contextmanager
def clocked_fits(clock: FitClock) -> Iterator[None]:
    """Within it, every fit of this process is timed.

    Args:
        clock: that times it.
    """

    def hook(name: str, call: Callable[..., None]) -> Any:
        return patch.object(FittedModule, name, lambda module, *arguments: call(module, *arguments), create=True)

    with (
        hook("on_train_start", clock.fit_begins),
        hook("on_train_batch_start", clock.batch_begins),
        hook("on_train_batch_end", clock.batch_ends),
        hook("on_validation_start", clock.validation_begins),
        hook("on_validation_end", clock.validation_ends),
        hook("on_train_epoch_end", clock.epoch_ends),
        hook("on_train_end", clock.fit_ends),
        patch.object(member_training, "frozen_features", clock.features(frozen_features)),
    ):
        yield


def read_epochs(file: Path) -> list[EpochTimes]:
    """The epochs in a clock's file, of all processes that wrote it; a last line without an end is passed over.

    Args:
        file: that a clock wrote; none where it is absent.
    """
    if not file.exists():
        return []
    text = file.read_text(encoding="utf-8")
    return [EpochTimes(**json.loads(line)) for line in text[: text.rfind("\n") + 1].splitlines()]


def _now(device: torch.device) -> float:
    """The time once the device has done what was queued."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.monotonic()


def _memory_gib() -> float:
    return torch.cuda.max_memory_allocated() / GIB if torch.cuda.is_available() else 0.0
