"""Random flips, right-angle turns and small translations, one draw per view and step.

A draw is a function of (seed, epoch, patient, view) alone, never of the order of work, so that a resumed or a
distributed training sees the same pictures as an uninterrupted one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.networks.view_sampling import ViewTransforms

LARGEST_SHIFT_MM = 4.0
"""Translation, horizontal and vertical; air is filled in."""


def square_symmetries() -> NDArray[np.float32]:
    """(8, 2, 2) the flips and right-angle turns of a picture, acting on (row, column); the first is the identity."""
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
    """

    seed: int
    views: int
    largest_shift_mm: float = LARGEST_SHIFT_MM

    def draw(self, epoch: int, patients: Sequence[int]) -> ViewTransforms:
        """The transforms of a batch.

        Args:
            epoch: counts on over the stages of a training.
            patients: the index of each patient of the batch in the store, (B,).
        """
        symmetry = np.empty((len(patients), self.views), dtype=int)
        shift = np.empty((len(patients), self.views, 2), dtype=np.float32)
        for row, patient in enumerate(patients):
            generator = np.random.Generator(np.random.Philox(key=self.seed, counter=[0, 0, epoch, patient]))
            symmetry[row] = generator.integers(0, 8, self.views)
            shift[row] = generator.uniform(-self.largest_shift_mm, self.largest_shift_mm, (self.views, 2))
        return ViewTransforms(torch.from_numpy(square_symmetries()[symmetry]), torch.from_numpy(shift))


def fixed_transforms(patients: int, views: int, symmetry: int, shift_mm: tuple[float, float]) -> ViewTransforms:
    """The same symmetry (0 to 7) and translation (row, column) for every view of every patient."""
    matrix = torch.from_numpy(square_symmetries()[symmetry])
    return ViewTransforms(
        matrix.expand(patients, views, 2, 2), torch.tensor(shift_mm, dtype=torch.float32).expand(patients, views, 2)
    )
