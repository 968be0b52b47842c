"""The cohort as tensors: cubes, clinical values, labels and which of them are known."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from radiogene.evaluation.predictions import UNKNOWN


class PatientBatch(NamedTuple):
    """Some nodules, one row each; a tuple because Lightning moves those to a device as they are.

    Attributes:
        cubes_zyx: (B, 64, 64, 64) int16 HU.
        clinical: (B, K) float32, standardised.
        labels: (B, G) float32, 1 mutant and 0 wild type; 0 where unknown.
        known: (B, G) bool.
        nodules: (B,) position of each nodule in the store.
    """

    cubes_zyx: Tensor
    clinical: Tensor
    labels: Tensor
    known: Tensor
    nodules: Tensor


class TrainingPatients(Dataset[int]):
    """Nodules of a store, collated into batches.

    Args:
        cubes_zyx: (N, 64, 64, 64) int16 HU.
        clinical: (N, K) float32, coded by an encoder fitted on training patients.
        labels: (N, G) int, -1 where unknown.
        index: (N,) position of each nodule in the store; it seeds augmentation.
    """

    def __init__(
        self,
        cubes_zyx: NDArray[np.int16],
        clinical: NDArray[np.float32],
        labels: NDArray[np.int8],
        index: Sequence[int],
    ) -> None:
        self.cubes_zyx = torch.from_numpy(cubes_zyx)
        self.clinical = torch.from_numpy(clinical)
        self.known = torch.from_numpy(labels != UNKNOWN)
        self.labels = torch.from_numpy(np.where(labels == UNKNOWN, 0, labels)).to(torch.float32)
        self.index = torch.as_tensor(list(index))

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, position: int) -> int:
        return position

    def collate(self, positions: list[int]) -> PatientBatch:
        """The batch of the nodules at these positions of this data set."""
        chosen = torch.as_tensor(positions)
        return PatientBatch(
            self.cubes_zyx[chosen], self.clinical[chosen], self.labels[chosen], self.known[chosen], self.index[chosen]
        )


class EpochSampler(Sampler[int]):
    """A shuffled order that is a function of seed and epoch alone.

    Args:
        count: how many nodules.
        seed: the training's seed.
        first_epoch: epochs that earlier stages used up.
    """

    def __init__(self, count: int, seed: int, first_epoch: int) -> None:
        self.count = count
        self.seed = seed
        self.first_epoch = first_epoch
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning at the start of each epoch of a stage."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[int]:
        generator = np.random.Generator(
            np.random.Philox(key=self.seed, counter=[1, 0, self.first_epoch + self.epoch, 0])
        )
        return iter(generator.permutation(self.count).tolist())
