"""A network for inference alone: fixed factors and normalisations are part of the convolutions before them."""

import copy
from typing import TypeVar

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from radiogene.networks.convolution import NormalisedConvolution
from radiogene.networks.inception_resnet_units import SCALE_FOLDED, ScaledExpansion

Network = TypeVar("Network", bound=nn.Module)


@torch.no_grad()
def folded(network: Network) -> Network:
    """A copy that computes the same, up to the rounding of sums, with fewer layers.

    Networks from other libraries keep their layers; the engine that runs them folds what it can.

    Args:
        network: in evaluation mode; it stays as it is.
    """
    twin = copy.deepcopy(network)
    for module in twin.modules():
        if isinstance(module, NormalisedConvolution):
            module.convolution = fuse_conv_bn_eval(module.convolution, module.normalisation)
            module.normalisation = nn.Identity()  # type: ignore[assignment]
        elif isinstance(module, ScaledExpansion):
            module.weight.mul_(module.scale)
            if module.bias is not None:
                module.bias.mul_(module.scale)
            module.scale = SCALE_FOLDED
    return twin
