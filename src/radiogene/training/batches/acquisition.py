"""Random changes of training cubes as other scanners would make them: thickness, kernel, noise and HU."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from radiogene.ct.acquisition_changes import Change, changed_cube
from radiogene.training.batches.random_streams import Stream, generator

SHARE_CHANGED = 0.5
"""Chance of each change, each time that a cube is shown."""

LARGEST: dict[Change, tuple[float, float]] = {
    Change.THICKNESS: (1.0, 5.0),
    Change.BLUR: (0.0, 1.0),
    Change.SHARPENING: (0.0, 1.5),
    Change.NOISE: (0.0, 30.0),
    Change.HU_SHIFT: (-20.0, 20.0),
}
"""Each amount is uniform between these, in its unit; of blur and sharpening only one is drawn."""


@dataclass(frozen=True)
class AcquisitionAugmentation:
    """Draws the changes of a batch and makes them.

    Attributes:
        seed: the training's seed.
    """

    seed: int

    def changed(self, cubes: Tensor, epoch: int, nodules: Sequence[int]) -> Tensor:
        """The cubes (B, 64, 64, 64) as other scanners would have shown them, of the same type and on the same device.

        Args:
            cubes: (B, 64, 64, 64) int16 HU.
            epoch: counts on over the stages of a training.
            nodules: position of each nodule of the batch in the store, (B,).
        """
        made = np.ascontiguousarray(cubes.cpu().numpy()).copy()
        for row, nodule in enumerate(nodules):
            rng = generator(self.seed, Stream.ACQUISITION, epoch, nodule)
            left_out = Change.BLUR if rng.random() < 0.5 else Change.SHARPENING
            for change, (low, high) in LARGEST.items():
                drawn, amount = rng.random() < SHARE_CHANGED, float(rng.uniform(low, high))
                if drawn and change is not left_out:
                    made[row] = changed_cube(made[row], change, amount, rng)
        return torch.from_numpy(made).to(cubes.device)
