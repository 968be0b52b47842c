"""The three inception-resnet units, A, B and C, from which trunks and masks are built.

Source: Szegedy et al. 2017, Inception-ResNet-v2 (reference 43 of the paper), with the channel counts and scales of the
published ImageNet weights. Each unit adds a scaled residual to its input: parallel branches, joined, expanded by a
1 x 1 convolution to the input's channels.
"""

from collections.abc import Callable

from torch import Tensor, nn

from radiogene.networks.convolution import LayerStyle
from radiogene.networks.parallel_branches import ParallelBranches, branch

SCALE_A = 0.17
SCALE_B = 0.10
SCALE_C = 0.20
"""Factors of the residuals of the three units."""

SCALE_LAST = 1.0
"""Factor of the residual of the last unit C, which has no activation either."""


SCALE_FOLDED = 1.0
"""Factor of which nothing is left to apply; the same number as `SCALE_LAST`, and exact."""


class ScaledExpansion(nn.Conv2d):
    """A 1 x 1 convolution whose output is multiplied by a fixed factor.

    The factor is applied to the few weights instead of the large map, which gives the same and costs nothing.

    Args:
        channels_in: channels of the joined branches.
        channels_out: channels of the unit.
        scale: the factor.
    """

    def __init__(self, channels_in: int, channels_out: int, scale: float) -> None:
        super().__init__(channels_in, channels_out, kernel_size=1)
        self.scale = scale
        nn.init.kaiming_normal_(self.weight, nonlinearity="linear")
        nn.init.zeros_(self.bias)  # type: ignore[arg-type]

    def forward(self, joined: Tensor) -> Tensor:
        """The scaled map (B, channels_out, H, W).

        Args:
            joined: (B, channels_in, H, W).
        """
        if self.scale == SCALE_FOLDED:
            return super().forward(joined)
        bias = None if self.bias is None else self.bias * self.scale
        return self._conv_forward(joined, self.weight * self.scale, bias)


class InceptionResnetUnit(nn.Module):
    """Parallel branches whose scaled, expanded output is added to the input.

    Args:
        branches: read the input; they keep the map's size.
        channels_joined: sum of the branches' channels.
        channels: of input and output.
        scale: factor of the residual.
        activated: False leaves out the final ReLU.
    """

    def __init__(
        self, branches: list[nn.Module], channels_joined: int, channels: int, scale: float, activated: bool
    ) -> None:
        super().__init__()
        self.branches = ParallelBranches(branches)
        self.expansion = ScaledExpansion(channels_joined, channels, scale)
        self.activation = nn.ReLU(inplace=True) if activated else nn.Identity()

    def forward(self, features: Tensor) -> Tensor:
        """The map (B, C, H, W) with the unit's residual added.

        Args:
            features: (B, C, H, W).
        """
        residual = self.expansion(self.branches(features))
        return self.activation(residual.add_(features))


UnitMaker = Callable[[int, LayerStyle], InceptionResnetUnit]
"""Makes a unit of one type from the channels of its map and the style."""


def unit_a(channels: int, style: LayerStyle) -> InceptionResnetUnit:
    """A unit A (block35), for 35 x 35 maps: 1 x 1; 3 x 3; two 3 x 3.

    Args:
        channels: of the map, 320 at width 1.
        style: what all layers share.
    """
    c32, c48, c64 = (style.channels(count) for count in (32, 48, 64))
    branches = [
        branch((channels, c32), (1,), style),
        branch((channels, c32, c32), (1, 3), style),
        branch((channels, c32, c48, c64), (1, 3, 3), style),
    ]
    return InceptionResnetUnit(branches, c32 + c32 + c64, channels, SCALE_A, activated=True)


def unit_b(channels: int, style: LayerStyle) -> InceptionResnetUnit:
    """A unit B (block17), for 17 x 17 maps: 1 x 1; 1 x 7 then 7 x 1.

    Args:
        channels: of the map, 1088 at width 1.
        style: what all layers share.
    """
    c128, c160, c192 = (style.channels(count) for count in (128, 160, 192))
    branches = [
        branch((channels, c192), (1,), style),
        branch((channels, c128, c160, c192), (1, (1, 7), (7, 1)), style),
    ]
    return InceptionResnetUnit(branches, c192 + c192, channels, SCALE_B, activated=True)


def unit_c(channels: int, style: LayerStyle, *, last: bool = False) -> InceptionResnetUnit:
    """A unit C (block8), for 8 x 8 maps: 1 x 1; 1 x 3 then 3 x 1.

    Args:
        channels: of the map, 2080 at width 1.
        style: what all layers share.
        last: True for the last unit of the trunk: residual not scaled, no activation.
    """
    c192, c224, c256 = (style.channels(count) for count in (192, 224, 256))
    branches = [
        branch((channels, c192), (1,), style),
        branch((channels, c192, c224, c256), (1, (1, 3), (3, 1)), style),
    ]
    scale = SCALE_LAST if last else SCALE_C
    return InceptionResnetUnit(branches, c192 + c256, channels, scale, activated=not last)
