"""Pictures as tensors: parts of batches, in the order of a batch plan."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from radiogene.training.batches.batch_plan import BatchPart, BatchPlan


class PictureBatch(NamedTuple):
    """Some pictures, one row each; a tuple because Lightning moves those to a device as they are.

    Attributes:
        pixels: (B, S, S, 3) uint8.
        labels: (B,) int64.
        counted: (B,) bool; False for a picture that only fills a part that would be empty.
        total: () pictures of the whole batch of which this is a part.
        pictures: (B,) position of each picture in its set; it seeds what is drawn for it.
    """

    pixels: Tensor
    labels: Tensor
    counted: Tensor
    total: Tensor
    pictures: Tensor


class PictureBatches(Dataset[PictureBatch]):
    """Some pictures of a set, indexed by the parts of a batch plan.

    Args:
        pixels: (N, S, S, 3) uint8 of the whole set; only the pictures of a batch are read.
        labels: (N,) of the whole set.
        positions: (M,) of the pictures to use.
    """

    def __init__(self, pixels: NDArray[np.uint8], labels: NDArray[np.int64], positions: NDArray[np.int_]) -> None:
        self.pixels = pixels
        self.labels = labels
        self.positions = positions

    @property
    def known(self) -> NDArray[np.bool_]:
        """(M, 1) all True: every picture has a class. What a batch plan asks for."""
        return np.ones((len(self), 1), dtype=bool)

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, part: BatchPart) -> PictureBatch:
        chosen = self.positions[part.positions]
        return PictureBatch(
            torch.from_numpy(np.ascontiguousarray(self.pixels[chosen])),
            torch.from_numpy(self.labels[chosen]),
            torch.from_numpy(part.counted),
            torch.from_numpy(part.known_total)[0],
            torch.from_numpy(chosen),
        )

    def loader(self, plan: BatchPlan) -> DataLoader[PictureBatch]:
        """A loader of the parts of a plan."""
        return DataLoader(self, batch_size=None, sampler=plan)
