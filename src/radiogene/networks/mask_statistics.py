"""How high the attention masks of a network are on given images, and how much they differ from place to place."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor, nn

from radiogene.networks.attention_module import AttentionModule


@dataclass(frozen=True)
class MaskStatistics:
    """The masks S of one attention module, over images.

    Attributes:
        mean: of S over images, channels and places.
        spread: standard deviation of S over the places of an image and channel, the mean over images and channels; near
            0 a mask scales its trunk alike everywhere, and chooses nothing.
    """

    mean: float
    spread: float


@dataclass
class MaskMeter:
    """Sums over the images that a network has seen since the meter was attached.

    Attributes:
        sums: by the name of a module in its view network: images, and the sums over them of mean and spread.
    """

    sums: dict[str, tuple[int, float, float]] = field(default_factory=dict)

    @property
    def statistics(self) -> tuple[MaskStatistics, ...]:
        """Per module of a view network, the mean over views; empty without masks."""
        return tuple(MaskStatistics(mean / count, spread / count) for count, mean, spread in self.sums.values())


@contextmanager
def measured_masks(network: nn.Module) -> Iterator[MaskMeter]:
    """A meter of the masks of every view network while the block runs.

    Args:
        network: with any number of view networks that are built alike.
    """
    meter = MaskMeter()
    handles = [
        module.mask.register_forward_hook(partial(_count, meter, name.rsplit(".", 1)[-1]))
        for name, module in network.named_modules()
        if isinstance(module, AttentionModule) and module.mask is not None
    ]
    try:
        yield meter
    finally:
        for handle in handles:
            handle.remove()


def _count(meter: MaskMeter, module: str, mask: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
    """Adds the masks (B, C, H, W) of a batch."""
    with torch.no_grad():
        places = output.detach().float().flatten(2)
        count, mean, spread = meter.sums.get(module, (0, 0.0, 0.0))
        images = len(places)
        meter.sums[module] = (
            count + images,
            mean + float(places.mean()) * images,
            spread + float(places.std(dim=2, correction=0).mean()) * images,
        )
