"""Random flips, right-angle turns and small translations, one draw per view and step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.networks.view_sampling import ViewTransforms
from radiogene.training.batches.random_streams import Stream, generator

LARGEST_SHIFT_MM = 4.0
"""Translation, horizontal and vertical; air is filled in."""

SYMMETRIES = 8
"""Flips and right-angle turns of an image."""


def square_symmetries() -> NDArray[np.float32]:
    """(8, 2, 2) the flips and right-angle turns of an image, acting on (row, column); the first is the identity."""
    turn = np.array([[0, -1], [1, 0]])
    flip = np.array([[1, 0], [0, -1]])
    turns = [np.linalg.matrix_power(turn, quarter) for quarter in range(4)]
    return np.array([*turns, *(t @ flip for t in turns)], dtype=np.float32)


@dataclass(frozen=True)
class Augmentation:
    """Draws the transforms of a batch.

    Attributes:
        seed: the training's seed.
        views: number of views V.
        largest_shift_mm: translations are uniform within plus and minus this, along rows and along columns.
        largest_depth_mm: planes move uniformly within plus and minus this along the line that they stand on.
    """

    seed: int
    views: int
    largest_shift_mm: float = LARGEST_SHIFT_MM
    largest_depth_mm: float = 0.0

    def draw(self, epoch: int, nodules: Sequence[int]) -> ViewTransforms:
        """The transforms of a batch.

        Args:
            epoch: counts on over the stages of a training.
            nodules: position of each nodule of the batch in the store, (B,).
        """
        symmetry = np.empty((len(nodules), self.views), dtype=int)
        shift = np.empty((len(nodules), self.views, 2), dtype=np.float32)
        depth = np.zeros((len(nodules), self.views), dtype=np.float32)
        for row, nodule in enumerate(nodules):
            drawn = generator(self.seed, Stream.AUGMENTATION, epoch, nodule)
            symmetry[row] = drawn.integers(0, SYMMETRIES, self.views)
            shift[row] = drawn.uniform(-self.largest_shift_mm, self.largest_shift_mm, (self.views, 2))
            depth[row] = drawn.uniform(-self.largest_depth_mm, self.largest_depth_mm, self.views)
        return ViewTransforms(
            torch.from_numpy(square_symmetries()[symmetry]), torch.from_numpy(shift), torch.from_numpy(depth)
        )

    def draw_variants(self, epoch: int, nodules: Sequence[int], variants: int) -> torch.Tensor:
        """Which of a fixed number of variants each view of a batch takes, (B, V) int64.

        Args:
            epoch: counts on over the stages of a training.
            nodules: position of each nodule of the batch in the store, (B,).
            variants: to choose from.
        """
        drawn = [
            generator(self.seed, Stream.AUGMENTATION, epoch, nodule).integers(0, variants, self.views)
            for nodule in nodules
        ]
        return torch.from_numpy(np.stack(drawn))


def fixed_transforms(patients: int, views: int, symmetry: int, shift_mm: tuple[float, float]) -> ViewTransforms:
    """The same symmetry (0 to 7) and translation (row, column) for every view of every patient."""
    matrix = torch.from_numpy(square_symmetries()[symmetry])
    return ViewTransforms(
        matrix.expand(patients, views, 2, 2),
        torch.tensor(shift_mm, dtype=torch.float32).expand(patients, views, 2),
        torch.zeros(patients, views),
    )
