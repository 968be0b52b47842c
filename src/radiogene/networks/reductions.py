"""The two reductions, which shrink the map and add channels between the attention modules.

The paper's text counts three reductions in one sentence and lists two in another; the original has two.
Source: Szegedy et al. 2017, Inception-ResNet-v2, with the channel counts of the published ImageNet weights.
"""

from torch import Tensor, nn

from radiogene.networks.convolution import LayerStyle
from radiogene.networks.parallel_branches import Kernel, ParallelBranches, branch

STRIDE = 2
"""Step of the original's reductions; a smaller preset may ask for 1, which adds channels and keeps the map."""


class Reduction(nn.Module):
    """Parallel branches, each ending with the reduction's step, and a max pooling of the input.

    Args:
        branches: the branches with convolutions.
        channels_joined: sum of those branches' channels.
        channels: of the input, which the pooling keeps.
        style: what all layers share.
        stride: the reduction's step.
    """

    def __init__(
        self, branches: list[nn.Module], channels_joined: int, channels: int, style: LayerStyle, stride: int
    ) -> None:
        super().__init__()
        pooling = nn.MaxPool2d(3, stride=stride, padding=style.padding.pixels)
        self.branches = ParallelBranches([*branches, pooling])
        self.channels_out = channels_joined + channels

    def forward(self, features: Tensor) -> Tensor:
        """The shrunken map (B, channels_out, h, w).

        Args:
            features: (B, C, H, W).
        """
        return self.branches(features)


def reduction_a(channels: int, style: LayerStyle, stride: int = STRIDE) -> Reduction:
    """Reduction A (mixed_6a), from 35 x 35 to 17 x 17; 320 to 1088 channels at width 1.

    Args:
        channels: of the input map.
        style: what all layers share.
        stride: of the last layers.
    """
    c256, c384 = style.channels(256), style.channels(384)
    branches = [
        _shrinking_branch((channels, c384), (3,), style, stride),
        _shrinking_branch((channels, c256, c256, c384), (1, 3, 3), style, stride),
    ]
    return Reduction(branches, 2 * c384, channels, style, stride)


def reduction_b(channels: int, style: LayerStyle, stride: int = STRIDE) -> Reduction:
    """Reduction B (mixed_7a), from 17 x 17 to 8 x 8; 1088 to 2080 channels at width 1.

    Args:
        channels: of the input map.
        style: what all layers share.
        stride: of the last layers.
    """
    c256, c288, c320, c384 = (style.channels(count) for count in (256, 288, 320, 384))
    branches = [
        _shrinking_branch((channels, c256, c384), (1, 3), style, stride),
        _shrinking_branch((channels, c256, c288), (1, 3), style, stride),
        _shrinking_branch((channels, c256, c288, c320), (1, 3, 3), style, stride),
    ]
    return Reduction(branches, c384 + c288 + c320, channels, style, stride)


def _shrinking_branch(
    channels: tuple[int, ...], kernels: tuple[Kernel, ...], style: LayerStyle, stride: int
) -> nn.Module:
    """A branch of convolutions whose last one, 3 x 3, has the reduction's step and the style's padding."""
    return branch(channels, kernels, style, last_stride=stride, last_padding=style.padding.pixels)
