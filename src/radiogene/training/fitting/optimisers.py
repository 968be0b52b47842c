"""The optimisers of all stages and of pretraining, and how their learning rate falls."""

from collections.abc import Sequence
from math import cos, pi
from typing import Literal

import torch
from torch import nn

Optimiser = Literal["sgd", "adamw"]

LAST_LEARNING_RATE_SHARE = 0.01
"""Share of the learning rate to which it has fallen when the last epoch ends."""

MOMENTUM = 0.9
WEIGHT_DECAY = 0.01


def optimiser_of(
    name: Optimiser, parameters: Sequence[nn.Parameter], learning_rate: float, weight_decay: float = WEIGHT_DECAY
) -> torch.optim.Optimizer:
    """The optimiser of that name, which changes all parameters in one pass instead of one after the other.

    Args:
        name: "sgd" with momentum 0.9 (the paper is silent on it), or "adamw" with weight decay.
        parameters: what it changes.
        learning_rate: at the start.
        weight_decay: of "adamw".
    """
    if name == "sgd":
        return torch.optim.SGD(parameters, lr=learning_rate, momentum=MOMENTUM, fused=True)
    return torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=weight_decay, fused=True)


def cosine(learning_rate: float, epoch: int, epochs: int) -> float:
    """The learning rate along half a cosine, from all of it at epoch 0 to a hundredth at `epochs`."""
    lowest = learning_rate * LAST_LEARNING_RATE_SHARE
    return lowest + (learning_rate - lowest) * (1 + cos(pi * epoch / epochs)) / 2
