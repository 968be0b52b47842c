"""Two looks at each nodule: which view, turned, shifted and brightened how."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from radiogene.networks.view_sampling import ViewTransforms
from radiogene.training.batches.augmentation import LARGEST_SHIFT_MM, SYMMETRIES, square_symmetries
from radiogene.training.batches.random_streams import Stream, generator

LOOKS = 2

LARGEST_DEPTH_MM = 3.0
"""Of the move of a view's plane along the line that it stands on."""

LARGEST_OFFSET_HU = 50.0
LARGEST_GAIN = 0.1
"""Of the jitter, uniform within plus and minus this; about what scanners, kernels and contrast medium do."""


class Looks(NamedTuple):
    """What is drawn for B nodules.

    Attributes:
        views: (B, 2) int64.
        transforms: (B, 2), flips, turns and shifts.
        gain: (B, 2) factor of HU, about 1.
        offset_hu: (B, 2) added to HU.
    """

    views: Tensor
    transforms: ViewTransforms
    gain: Tensor
    offset_hu: Tensor


@dataclass(frozen=True)
class PairDraws:
    """Draws two looks at each nodule, a function of seed, epoch and nodule alone.

    Attributes:
        seed: of the pretraining.
        views: V to choose from; both looks may take the same.
    """

    seed: int
    views: int

    def draw(self, epoch: int | None, nodules: Sequence[int]) -> Looks:
        """The looks of a batch.

        Args:
            epoch: of the pretraining; None for validation, which looks the same way in every epoch.
            nodules: position of each nodule in the store, (B,).
        """
        stream = Stream.VALIDATION_PAIRS if epoch is None else Stream.PAIRS
        shape = (len(nodules), LOOKS)
        view, symmetry = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
        shift = np.empty((*shape, 2), dtype=np.float32)
        depth = np.empty(shape, dtype=np.float32)
        gain, offset = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.float32)
        for row, nodule in enumerate(nodules):
            drawn = generator(self.seed, stream, epoch or 0, nodule)
            view[row] = drawn.integers(0, self.views, LOOKS)
            symmetry[row] = drawn.integers(0, SYMMETRIES, LOOKS)
            shift[row] = drawn.uniform(-LARGEST_SHIFT_MM, LARGEST_SHIFT_MM, (LOOKS, 2))
            depth[row] = drawn.uniform(-LARGEST_DEPTH_MM, LARGEST_DEPTH_MM, LOOKS)
            gain[row] = drawn.uniform(1 - LARGEST_GAIN, 1 + LARGEST_GAIN, LOOKS)
            offset[row] = drawn.uniform(-LARGEST_OFFSET_HU, LARGEST_OFFSET_HU, LOOKS)
        transforms = ViewTransforms(
            torch.from_numpy(square_symmetries()[symmetry]), torch.from_numpy(shift), torch.from_numpy(depth)
        )
        return Looks(torch.from_numpy(view), transforms, torch.from_numpy(gain), torch.from_numpy(offset))
