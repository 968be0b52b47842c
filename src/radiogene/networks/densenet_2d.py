"""A densely connected network over axial planes of the nodule (Table 6, row B)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from radiogene.networks.fully_connected_head import FullyConnectedHead
from radiogene.networks.image_network import ImageNetwork

BOTTLENECK = 4
"""Channels of a dense layer's 1 x 1 convolution per channel of growth, as in DenseNet."""


class DenseLayer(nn.Module):
    """Normalisation, ReLU, 1 x 1 convolution, normalisation, ReLU, 3 x 3 convolution; its output joins its input.

    Args:
        channels_in: channels of the input map.
        growth: channels that it adds.
    """

    def __init__(self, channels_in: int, growth: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm2d(channels_in),
            nn.ReLU(),
            nn.Conv2d(channels_in, BOTTLENECK * growth, 1, bias=False),
            nn.BatchNorm2d(BOTTLENECK * growth),
            nn.ReLU(),
            nn.Conv2d(BOTTLENECK * growth, growth, 3, padding=1, bias=False),
        )

    def forward(self, features: Tensor) -> Tensor:
        """The map (B, channels_in + growth, H, W).

        Args:
            features: (B, channels_in, H, W).
        """
        return torch.cat([features, self.layers(features)], dim=1)


# DEVIATION: the paper says of row B that an end-to-end network was built on CT images, and nothing of its layers; that
# it is like a DenseNet is this project's reading. Ours has the first twenty convolutions of DenseNet121 at `paper`
# (blocks of 6 and 3 dense layers, growth 32), then four plain ones, and fresh weights.
class DenseNet2D(ImageNetwork):
    """A 7 x 7 convolution, dense blocks with transitions between them, plain convolutions, the last map averaged.

    Args:
        genes: logits G.
        value_count: values K of a patient that join; 0 for image only.
        growth: channels that each dense layer adds.
        blocks: dense layers in each block.
        convolutions: plain 3 x 3 convolutions behind the last block.
        dropout_keep: share of the features that dropout keeps.

    Source: paper, Table 6, row B (Wang et al., Eur Respir J 2019;53:1800986).
    """

    def __init__(
        self,
        genes: int,
        value_count: int,
        *,
        growth: int,
        blocks: Sequence[int],
        convolutions: int,
        dropout_keep: float,
    ) -> None:
        super().__init__()
        width = 2 * growth
        layers: list[nn.Module] = [
            nn.Conv2d(1, width, 7, stride=2, padding=3, bias=False),
            *_normalised(width),
            nn.MaxPool2d(3, stride=2, padding=1),
        ]
        for number, dense_layers in enumerate(blocks):
            if number:
                layers += [*_normalised(width), nn.Conv2d(width, width // 2, 1, bias=False), nn.AvgPool2d(2)]
                width //= 2
            for _ in range(dense_layers):
                layers.append(DenseLayer(width, growth))
                width += growth
        for _ in range(convolutions):
            layers += [*_normalised(width), nn.Conv2d(width, 4 * growth, 3, padding=1, bias=False)]
            width = 4 * growth
        self.layers = nn.Sequential(*layers, *_normalised(width))
        self.feature_count = width
        self.head = FullyConnectedHead(width, value_count, (), genes, dropout_keep)
        for layer in self.layers.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def features(self, images: Tensor) -> Tensor:
        """The image features (B, C): the average of the last map.

        Args:
            images: (B, 1, S, S), standardised.
        """
        return self.layers(images).mean(dim=(2, 3))


def _normalised(width: int) -> list[nn.Module]:
    return [nn.BatchNorm2d(width), nn.ReLU()]
