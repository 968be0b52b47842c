"""Branches that read the same map side by side: the inception idea."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from radiogene.networks.convolution import LayerStyle, NormalisedConvolution

Kernel = int | tuple[int, int]


class ParallelBranches(nn.ModuleList):
    """Several branches over one map, their outputs joined along the channels in order."""

    def forward(self, features: Tensor) -> Tensor:
        """The branches' maps joined, (B, sum of their channels, h, w).

        Args:
            features: (B, C, H, W), read by every branch.
        """
        return torch.cat([branch(features) for branch in self], dim=1)


def branch(
    channels: tuple[int, ...],
    kernels: tuple[Kernel, ...],
    style: LayerStyle,
    *,
    last_stride: int = 1,
    last_padding: int | None = None,
) -> nn.Module:
    """A branch of convolutions; a single one stands alone, several in a sequence.

    Args:
        channels: of the input and after each convolution, already scaled.
        kernels: window of each convolution.
        style: what all layers share.
        last_stride: step of the last convolution; the others keep the map's size.
        last_padding: pixels around the last convolution's input; None keeps the map's size at a step of 1.
    """
    layers = [
        NormalisedConvolution(channels_in, channels_out, kernel, momentum=style.momentum)
        for (channels_in, channels_out), kernel in zip(pairwise(channels[:-1]), kernels[:-1], strict=True)
    ]
    last = NormalisedConvolution(
        channels[-2], channels[-1], kernels[-1], stride=last_stride, padding=last_padding, momentum=style.momentum
    )
    return nn.Sequential(*layers, last) if layers else last
