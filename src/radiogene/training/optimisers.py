"""The optimisers of all stages and of pretraining."""

from collections.abc import Sequence

import torch
from torch import nn

from radiogene.training.schedule import Optimiser

MOMENTUM = 0.9
WEIGHT_DECAY = 0.01


def optimiser_of(name: Optimiser, parameters: Sequence[nn.Parameter], learning_rate: float) -> torch.optim.Optimizer:
    """The optimiser of that name.

    Args:
        name: "sgd" with momentum 0.9 (the paper is silent on it), or "adamw" with weight decay 0.01.
        parameters: what it changes.
        learning_rate: at the start.
    """
    if name == "sgd":
        return torch.optim.SGD(parameters, lr=learning_rate, momentum=MOMENTUM)
    return torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=WEIGHT_DECAY)
