"""The stem: from a three-channel image to the first map (320 channels, 35 x 35 from 299 pixels).

The paper calls it the "steam module".
Source: Figures 2C and 3 of the paper; Szegedy et al. 2017, with the layers of the published ImageNet weights.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from radiogene.networks.convolution import LayerStyle, NormalisedConvolution
from radiogene.networks.parallel_branches import ParallelBranches, branch

IMAGE_CHANNELS = 3


@dataclass(frozen=True)
class StemStrides:
    """Steps of the three layers of the stem that may shrink the map.

    Attributes:
        first_convolution: of the first 3 x 3 convolution.
        first_pooling: of the max pooling after the third convolution.
        second_pooling: of the max pooling before the inception block.
    """

    first_convolution: int = 2
    first_pooling: int = 2
    second_pooling: int = 2


class StemInception(nn.Module):
    """The stem's inception block (mixed_5b): 1 x 1; 5 x 5; two 3 x 3; average pooling.

    Args:
        channels: of the input map, 192 at width 1.
        style: what all layers share.
    """

    def __init__(self, channels: int, style: LayerStyle) -> None:
        super().__init__()
        c48, c64, c96 = (style.channels(count) for count in (48, 64, 96))
        pooled = nn.Sequential(
            nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            NormalisedConvolution(channels, c64, 1, momentum=style.momentum),
        )
        self.branches = ParallelBranches(
            [
                branch((channels, c96), (1,), style),
                branch((channels, c48, c64), (1, 5), style),
                branch((channels, c64, c96, c96), (1, 3, 3), style),
                pooled,
            ]
        )
        self.channels_out = c96 + c64 + c96 + c64

    def forward(self, features: Tensor) -> Tensor:
        """The joined map (B, 320 at width 1, H, W).

        Args:
            features: (B, C, H, W).
        """
        return self.branches(features)


class Stem(nn.Module):
    """Five convolutions, two max poolings and the inception block.

    Args:
        strides: steps of the three layers that may shrink the map.
        style: what all layers share.
    """

    def __init__(self, strides: StemStrides, style: LayerStyle) -> None:
        super().__init__()
        c32, c64, c80, c192 = (style.channels(count) for count in (32, 64, 80, 192))
        border, momentum = style.padding.pixels, style.momentum
        self.first_convolution = NormalisedConvolution(
            IMAGE_CHANNELS, c32, 3, stride=strides.first_convolution, padding=border, momentum=momentum
        )
        self.second_convolution = NormalisedConvolution(c32, c32, 3, padding=border, momentum=momentum)
        self.third_convolution = NormalisedConvolution(c32, c64, 3, momentum=momentum)
        self.first_pooling = nn.MaxPool2d(3, stride=strides.first_pooling, padding=border)
        self.fourth_convolution = NormalisedConvolution(c64, c80, 1, momentum=momentum)
        self.fifth_convolution = NormalisedConvolution(c80, c192, 3, padding=border, momentum=momentum)
        self.second_pooling = nn.MaxPool2d(3, stride=strides.second_pooling, padding=border)
        self.inception = StemInception(c192, style)
        self.channels_out = self.inception.channels_out

    def forward(self, images: Tensor) -> Tensor:
        """The first map F (B, 320 at width 1, h, w).

        Args:
            images: (B, 3, S, S), standardised.
        """
        features = self.third_convolution(self.second_convolution(self.first_convolution(images)))
        features = self.fifth_convolution(self.fourth_convolution(self.first_pooling(features)))
        return self.inception(self.second_pooling(features))
