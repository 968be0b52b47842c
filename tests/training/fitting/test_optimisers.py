"""Optimisers that change all parameters in one pass end where PyTorch's plain loop over parameters ends."""

import pytest
import torch
from torch import nn

from radiogene.training.fitting.optimisers import MOMENTUM, WEIGHT_DECAY, optimiser_of

STEPS = 4
RATE = 0.01

PLAIN = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=RATE, momentum=MOMENTUM, fused=False, foreach=False),
    "adamw": lambda parameters: torch.optim.AdamW(
        parameters, lr=RATE, weight_decay=WEIGHT_DECAY, fused=False, foreach=False
    ),
}


def weights_after(make, channels_last):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Conv2d(6, 4, 1), nn.Flatten(), nn.Linear(144, 2))
    images = torch.randn(STEPS, 2, 3, 8, 8)
    if channels_last:
        network = network.to(memory_format=torch.channels_last)
    optimiser = make(list(network.parameters()))
    for step in range(STEPS):
        optimiser.zero_grad()
        network(images[step]).square().sum().backward()
        optimiser.step()
    return [parameter.detach().contiguous() for parameter in network.parameters()]


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("name", PLAIN)
def test_steps_are_those_of_the_plain_loop(name, channels_last):
    found = weights_after(lambda parameters: optimiser_of(name, parameters, RATE), channels_last)
    expected = weights_after(PLAIN[name], channels_last=False)
    for weights, plain in zip(found, expected, strict=True):
        torch.testing.assert_close(weights, plain, rtol=1e-4, atol=1e-5)
