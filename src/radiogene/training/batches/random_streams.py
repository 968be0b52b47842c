"""Random numbers that are a function of seed, purpose, epoch and nodule (or image) alone, never of the order of work.

So a resumed, a distributed and an uninterrupted training see the same images in the same order.
"""

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What random numbers are for; each purpose has a stream of its own."""

    AUGMENTATION = 0
    ORDER = 1
    DROPOUT = 2
    IMAGE_SPLIT = 3
    PAIRS = 4
    VALIDATION_PAIRS = 5
    ACQUISITION = 6


def generator(seed: int, stream: Stream, epoch: int, nodule: int = 0) -> np.random.Generator:
    """The generator of one purpose, epoch and nodule.

    Args:
        seed: of the training.
        stream: the purpose.
        epoch: counts on over the stages of a training.
        nodule: its position in the store; in pretraining, an image's position in its set.
    """
    # The first word of the counter counts the blocks drawn; the others name the stream.
    return np.random.Generator(np.random.Philox(key=seed, counter=[0, int(stream), epoch, nodule]))
