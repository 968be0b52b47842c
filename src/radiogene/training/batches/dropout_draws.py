"""Which features dropout keeps, drawn for each nodule by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from radiogene.training.batches.random_streams import Stream, generator


@dataclass(frozen=True)
class DropoutDraws:
    """Draws the features that are kept.

    Attributes:
        seed: the training's seed.
        keep: share of the features that are kept.
    """

    seed: int
    keep: float

    def draw(self, epoch: int, nodules: Sequence[int], views: int, features: int) -> Tensor | None:
        """(B, V, C) bool, or None where all are kept.

        Args:
            epoch: counts on over the stages of a training.
            nodules: positions in the store, (B,).
            views: V.
            features: C.
        """
        if self.keep >= 1:
            return None
        drawn = [
            generator(self.seed, Stream.DROPOUT, epoch, nodule).random((views, features), dtype=np.float32) < self.keep
            for nodule in nodules
        ]
        return torch.from_numpy(np.stack(drawn))
