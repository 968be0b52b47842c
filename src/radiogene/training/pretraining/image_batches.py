"""Images as tensors: parts of batches, in the order of a batch plan."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from radiogene.training.batches.batch_plan import BatchPart, BatchPlan


class ImageBatch(NamedTuple):
    """Some images, one row each; a tuple because Lightning moves those to a device as they are.

    Attributes:
        pixels: (B, S, S, 3) uint8.
        labels: (B,) int64.
        counted: (B,) bool; False for an image that only fills a part that would be empty.
        total: () images of the whole batch of which this is a part.
        images: (B,) position of each image in its set; it seeds what is drawn for it.
    """

    pixels: Tensor
    labels: Tensor
    counted: Tensor
    total: Tensor
    images: Tensor


class ImageBatches(Dataset[ImageBatch]):
    """Some images of a set, indexed by the parts of a batch plan.

    Args:
        pixels: (N, S, S, 3) uint8 of the whole set; only the images of a batch are read.
        labels: (N,) of the whole set.
        positions: (M,) of the images to use.
    """

    def __init__(self, pixels: NDArray[np.uint8], labels: NDArray[np.int64], positions: NDArray[np.int_]) -> None:
        self.pixels = pixels
        self.labels = labels
        self.positions = positions

    @property
    def known(self) -> NDArray[np.bool_]:
        """(M, 1) all True: every image has a class. What a batch plan asks for."""
        return np.ones((len(self), 1), dtype=bool)

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, part: BatchPart) -> ImageBatch:
        chosen = self.positions[part.positions]
        return ImageBatch(
            torch.from_numpy(np.ascontiguousarray(self.pixels[chosen])),
            torch.from_numpy(self.labels[chosen]),
            torch.from_numpy(part.counted),
            torch.from_numpy(part.known_total)[0],
            torch.from_numpy(chosen),
        )

    def loader(self, plan: BatchPlan) -> DataLoader[ImageBatch]:
        """A loader of the parts of a plan."""
        return DataLoader(self, batch_size=None, sampler=plan)
