"""Time for memory: a network's maps are dropped after the forward pass and computed again in the backward pass."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint


def recomputed(network: nn.Module, images: Tensor) -> Tensor:
    """The network's output; its gradients and running statistics are those of the plain way, its maps are not kept.

    The second pass takes the batch's own statistics as the first did, and leaves the running ones alone, so that they
    are updated once.

    Args:
        network: with one input and no random layers.
        images: its input.
    """

    def contexts() -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
        return nullcontext(), _frozen_statistics(network)

    output: Tensor = checkpoint(
        network, images, use_reentrant=False, preserve_rng_state=False, context_fn=contexts, determinism_check="none"
    )
    return output


@contextmanager
def _frozen_statistics(network: nn.Module) -> Iterator[None]:
    """Normalisation as in training, without touching the running statistics."""
    layers = [layer for layer in network.modules() if isinstance(layer, _BatchNorm) and layer.training]
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = 0.0
    try:
        yield
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
            if layer.num_batches_tracked is not None:
                layer.num_batches_tracked.sub_(1)
