"""Cubes that stay in their store until a batch wants them, so that a large cohort needs little memory."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import CohortSource

HELD_IN_MEMORY = 2048
"""Cubes of a cohort that are read once and kept: 1 GiB. Of a larger one every batch is read from the store."""


class StoredCubes:
    """The cubes of N nodules, indexed as the array (N, 64, 64, 64) int16 HU of all of them would be.

    Args:
        source: the store.
        index: position of each nodule in it.
    """

    def __init__(self, source: CohortSource, index: Sequence[int]) -> None:
        self.source = source
        self.index = np.asarray(index, dtype=int)

    def __len__(self) -> int:
        return len(self.index)

    def __iter__(self) -> Iterator[NDArray[np.int16]]:
        return (self.source.cube(position) for position in self.index.tolist())

    def __getitem__(self, chosen: slice | NDArray[np.int_]) -> NDArray[np.int16]:
        """The cubes (B, 64, 64, 64) at these positions, at least one."""
        return np.stack([self.source.cube(position) for position in self.index[chosen].tolist()])


Cubes = NDArray[np.int16] | StoredCubes
"""N cubes (64, 64, 64) int16 HU, in memory or not; both are indexed and iterated alike."""


def cubes_of(source: CohortSource, index: Sequence[int]) -> Cubes:
    """The cubes of some nodules: in memory where they are few.

    Args:
        source: the store.
        index: position of each nodule in it.
    """
    stored = StoredCubes(source, index)
    return stored[:] if len(stored) <= HELD_IN_MEMORY else stored
