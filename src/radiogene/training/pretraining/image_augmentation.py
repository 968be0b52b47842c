"""Random mirroring and cut-outs of photographs, one draw per image and epoch, cut on the training device."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from radiogene.networks.mixed_precision import full_precision
from radiogene.training.batches.random_streams import Stream, generator


# DEVIATION: the paper lists translation, right-angle turns and both flips, for nodules. Photographs have an up and a
# down, so in pretraining they are mirrored left to right only, and cut out at a random place and size, which translates
# them; the preset `paper` does the same.
@dataclass(frozen=True)
class ImageAugmentation:
    """Draws what part of each image is shown, and which way round.

    Attributes:
        seed: the pretraining's seed.
        smallest_side: the shown part has this to all of the image's height, and of its width, drawn by themselves.
    """

    seed: int
    smallest_side: float

    def draw(self, epoch: int, images: Sequence[int]) -> Tensor:
        """The maps (B, 2, 3) from places of the shown image to places of the whole one, (x, y, 1) in -1 to 1.

        Args:
            epoch: of the pretraining.
            images: positions in the set, (B,).
        """
        maps = np.zeros((len(images), 2, 3), dtype=np.float32)
        for row, image in enumerate(images):
            drawn = generator(self.seed, Stream.AUGMENTATION, epoch, image)
            side = drawn.uniform(self.smallest_side, 1.0, 2)
            centre = drawn.uniform(-1.0, 1.0, 2) * (1.0 - side)
            mirror = drawn.choice((-1.0, 1.0))
            maps[row] = [[mirror * side[0], 0.0, centre[0]], [0.0, side[1], centre[1]]]
        return torch.from_numpy(maps)


def cut_out(images: Tensor, maps: Tensor) -> Tensor:
    """The shown parts (B, C, S, S) of images, interpolated bilinearly.

    Args:
        images: (B, C, S, S).
        maps: (B, 2, 3), from `ImageAugmentation.draw`.
    """
    with full_precision(images.device):
        grid = functional.affine_grid(maps, list(images.shape), align_corners=False)
        return functional.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)
