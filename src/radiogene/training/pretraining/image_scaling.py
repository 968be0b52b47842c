"""The scaling of images to network input, fitted on the training images."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from radiogene.errors import TrainingError
from radiogene.model.pretrained_folder import ImageScaling

CHANNELS = 3
GREY_LEVELS = 256
SMALLEST_SD = 1e-3
"""Of pixels from 0 to 1; a quarter of a grey level."""


def fit_image_scaling(pixels: NDArray[np.uint8], positions: NDArray[np.int_]) -> ImageScaling:
    """Mean and standard deviation of each channel, exact: the grey levels are counted.

    Args:
        pixels: (N, S, S, 3).
        positions: of the training images.

    Raises:
        TrainingError: a channel has the same value everywhere.
    """
    counts = np.zeros((CHANNELS, GREY_LEVELS), dtype=np.int64)
    for position in positions:
        image = pixels[position]
        for channel in range(CHANNELS):
            counts[channel] += np.bincount(image[..., channel].ravel(), minlength=GREY_LEVELS)
    levels = np.arange(GREY_LEVELS) / (GREY_LEVELS - 1)
    mean = counts @ levels / counts.sum(axis=1)
    sd = np.sqrt(np.maximum(counts @ levels**2 / counts.sum(axis=1) - mean**2, 0.0))
    if sd.min() < SMALLEST_SD:
        raise TrainingError("The training images have no contrast in one of their channels. Check the files.")
    red, green, blue = mean.tolist()
    sd_red, sd_green, sd_blue = sd.tolist()
    return ImageScaling((red, green, blue), (sd_red, sd_green, sd_blue))


def scaled(pixels: Tensor, scaling: ImageScaling) -> Tensor:
    """Network input (B, 3, S, S) float32 of images.

    Args:
        pixels: (B, S, S, 3) uint8.
        scaling: fitted on the training images.
    """
    mean = torch.tensor(scaling.mean, dtype=torch.float32, device=pixels.device)
    sd = torch.tensor(scaling.sd, dtype=torch.float32, device=pixels.device)
    values = pixels.to(torch.float32) / (GREY_LEVELS - 1)
    return ((values - mean) / sd).permute(0, 3, 1, 2)
