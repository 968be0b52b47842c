"""Which nodules make a batch: a function of seed and epoch alone, cut into parts over time and over processes.

The loss of an optimiser's batch is a mean over its patients with a known status. So every part carries how many of
these the whole batch has: the parts' losses then add up to the batch's, however it is cut, and no process needs to ask
another.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

from radiogene.training.batches.random_streams import Stream, generator


class BatchPart(NamedTuple):
    """A part of an optimiser's batch.

    Attributes:
        positions: of nodules in their data set, (b,).
        counted: (b,) False for a nodule that only fills a part that would be empty; it has no loss.
        known_total: (G,) nodules with a known status in the whole batch.
    """

    positions: NDArray[np.int_]
    counted: NDArray[np.bool_]
    known_total: NDArray[np.int_]


class BatchPlan(Sampler[BatchPart]):
    """The parts of one process, epoch by epoch, each nodule once; batches are as equal as can be, none is a remnant.

    Args:
        known: (N, G) bool, whose status is known.
        batch: nodules of an optimiser's batch, at most.
        parts: into which each batch is cut.
        rank: of this process.
        processes: that share each batch; `parts` is a multiple of it.
        seed: of the order; None keeps the order of the data set.
        first_epoch: epochs that earlier stages used up.
    """

    def __init__(
        self,
        known: NDArray[np.bool_],
        batch: int,
        *,
        parts: int = 1,
        rank: int = 0,
        processes: int = 1,
        seed: int | None = None,
        first_epoch: int = 0,
    ) -> None:
        self.known = known
        self.batch = batch
        self.parts = parts
        self.rank = rank
        self.processes = processes
        self.seed = seed
        self.first_epoch = first_epoch
        self.epoch = 0

    @property
    def batches(self) -> int:
        """Optimiser's batches of an epoch."""
        return -(-len(self.known) // self.batch)

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning at the start of each epoch of a stage."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.batches * self.parts // self.processes

    def __iter__(self) -> Iterator[BatchPart]:
        order = np.arange(len(self.known))
        if self.seed is not None:
            order = generator(self.seed, Stream.ORDER, self.first_epoch + self.epoch).permutation(order)
        for whole in np.array_split(order, max(self.batches, 1)):
            known_total = self.known[whole].sum(axis=0)
            for part in range(self.rank, self.parts, self.processes):
                own = whole[part :: self.parts]
                filled = own if own.size else whole[:1]
                yield BatchPart(filled, np.full(filled.size, bool(own.size)), known_total)
