"""Running statistics of normalisation, measured anew where a network meets other maps than it was trained with."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def measure_normalisation(network: nn.Module, run: Callable[[Tensor], object], batches: Iterable[Tensor]) -> None:
    """Sets every running mean and variance to the mean over some batches; no weight changes.

    Args:
        network: left in the mode that it was in.
        run: runs the network, or the part that matters, on a batch.
        batches: of input, at least one.
    """
    layers = [layer for layer in network.modules() if isinstance(layer, _BatchNorm)]
    momenta = [layer.momentum for layer in layers]
    modes = [layer.training for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        # None: a plain mean over the batches.
        layer.momentum = None
        layer.train()
    with torch.no_grad():
        for batch in batches:
            run(batch)
    for layer, momentum, training in zip(layers, momenta, modes, strict=True):
        layer.momentum = momentum
        layer.train(training)
