"""Which images validate: a share of each class, drawn by the seed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.training.batches.random_streams import Stream, generator


@dataclass(frozen=True, eq=False)
class ImageSplit:
    """Positions of images.

    Attributes:
        training: weights and scaling are fitted on these.
        validation: these stop the training and choose its epoch.
    """

    training: NDArray[np.int_]
    validation: NDArray[np.int_]


def image_split(labels: NDArray[np.int64], share: float, seed: int) -> ImageSplit:
    """The split; each class has at least one image in each part, so every class needs two.

    Args:
        labels: (N,) of all images.
        share: of each class that validates, rounded.
        seed: of the draw.

    Source: paper, "Deep learning model": 10% of the images, at random.
    """
    validation = []
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        count = min(max(1, round(share * own.size)), own.size - 1)
        validation.append(generator(seed, Stream.IMAGE_SPLIT, 0, int(label)).permutation(own)[:count])
    chosen = np.sort(np.concatenate(validation))
    return ImageSplit(np.setdiff1d(np.arange(labels.size), chosen), chosen)
