"""The attention module: a trunk of inception-resnet units, weighted by a mask that looks at a wider neighbourhood.

Source: Figures 4 and 5 and Eq. 1 to 4 of the paper; Wang et al. 2017, residual attention learning (reference 44).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from radiogene.errors import SettingsError
from radiogene.networks.convolution import LayerStyle, NormalisedConvolution
from radiogene.networks.inception_resnet_units import UnitMaker

MASK_START_BIAS = 0.0
"""Mask logit M of every pixel and channel before training, in the mean: S = 0.5, where the sigmoid is steepest."""

MASK_START_SPREAD = 0.25
"""Standard deviation of M over places before training, so that gradients reach the hourglass from the first step on.

At a bias of -4 over weights of zero, S = 0.018 everywhere, its slope is 0.018 instead of 0.25, and the first step tells
the hourglass nothing: `docs/explanation/attention.md` has what each start did.
"""

POOLING_WINDOW = 3
POOLING_STRIDE = 2


class MaskBranch(nn.Module):
    """Hourglass of inception-resnet units that gives each pixel and channel of the trunk a weight in [0, 1].

    Bottom-up, `depth` times: max pooling, then a unit. Top-down, as many times: a unit, then bilinear interpolation to
    the exact size of the level above, to which that level is added (a skip connection between equal sizes; the
    uppermost level is the input itself). Then two 1 x 1 convolutions and a sigmoid.

    Args:
        make_unit: makes units of the module's own type.
        channels: of the map.
        depth: number of max poolings, and of interpolations.
        style: what all layers share.

    Source: Figure 4 of the paper.
    """

    def __init__(self, make_unit: UnitMaker, channels: int, depth: int, style: LayerStyle) -> None:
        super().__init__()
        if depth < 1:
            raise SettingsError(f"A mask branch of depth {depth}: expected at least 1 max pooling (mask_depths).")
        self.pooling = nn.MaxPool2d(POOLING_WINDOW, stride=POOLING_STRIDE, padding=POOLING_WINDOW // 2)
        self.bottom_up = nn.ModuleList([make_unit(channels, style) for _ in range(depth)])
        self.top_down = nn.ModuleList([make_unit(channels, style) for _ in range(depth)])
        self.mixing = NormalisedConvolution(channels, channels, 1, momentum=style.momentum)
        self.weighting = nn.Conv2d(channels, channels, kernel_size=1)
        nn.init.normal_(self.weighting.weight, std=MASK_START_SPREAD / math.sqrt(channels / 2))
        nn.init.constant_(self.weighting.bias, MASK_START_BIAS)  # type: ignore[arg-type]

    def logits(self, features: Tensor) -> Tensor:
        """The mask before its sigmoid, M (B, C, H, W).

        Args:
            features: the module's input F (B, C, H, W), of any size.
        """
        levels = [features]
        for unit in self.bottom_up:
            levels.append(unit(self.pooling(levels[-1])))
        current = levels.pop()
        for unit in self.top_down:
            above = levels.pop()
            size = (above.shape[-2], above.shape[-1])
            current = above + functional.interpolate(unit(current), size=size, mode="bilinear", align_corners=False)
        return self.weighting(self.mixing(current))

    def forward(self, features: Tensor) -> Tensor:
        """The mask S (B, C, H, W) in [0, 1].

        Args:
            features: the module's input F (B, C, H, W), of any size.

        Source: Eq. 1.
        """
        return torch.sigmoid(self.logits(features))


class AttentionModule(nn.Module):
    """A stack of units, the trunk T, weighted by its mask S: A = T (1 + S).

    Trunk and mask read the same input F. With the mask off the module is the trunk, exactly.

    Args:
        trunk: the original network's stack of units.
        mask: the mask branch, or None for a module that can have no mask.

    Source: Figure 5, Eq. 2 and 4.
    """

    def __init__(self, trunk: nn.Sequential, mask: MaskBranch | None) -> None:
        super().__init__()
        self.trunk = trunk
        self.mask = mask
        self._mask_enabled = mask is not None

    @property
    def mask_enabled(self) -> bool:
        """True where the mask weights the trunk."""
        return self._mask_enabled

    @mask_enabled.setter
    def mask_enabled(self, enabled: bool) -> None:
        if enabled and self.mask is None:
            raise SettingsError(
                "The mask of an attention module was switched on, but the network was built without masks: "
                "build it with attention=True."
            )
        self._mask_enabled = enabled

    def forward(self, features: Tensor) -> Tensor:
        """The module's output A (B, C, H, W).

        Args:
            features: F (B, C, H, W).

        Source: Eq. 4.
        """
        trunk = self.trunk(features)
        if self.mask is None or not self._mask_enabled:
            return trunk
        # T + S T, not T * (1 + S): one map less is kept for the backward pass.
        return torch.addcmul(trunk, trunk, self.mask(features))
