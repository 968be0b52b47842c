"""A network over tiles of a slide: a picture network with one logit per gene (Table 6, row A)."""

from typing import Any

import torch
from torch import Tensor, nn

from radiogene.errors import SettingsError
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.gene_head import GeneHead
from radiogene.networks.picture_network import PictureNetwork
from radiogene.networks.stem import PICTURE_CHANNELS
from radiogene.networks.timm_network import children_of, timm_network


class TileNetwork(PictureNetwork):
    """Features of a coloured picture, dropout, and one fully connected layer to the logits of all genes.

    Args:
        network: from pictures to features; InceptionV3 in the paper's row.
        genes: logits G.
        dropout_keep: share of the features that dropout keeps.

    Source: paper, Table 6, row A (Coudray et al., Nat Med 2018;24:1559-67).
    """

    def __init__(self, network: FeatureNetwork, genes: int, dropout_keep: float) -> None:
        super().__init__()
        self.network = network
        self.feature_count = network.feature_count
        self.head = GeneHead(self.feature_count, 0, (), genes, dropout_keep)

    def features(self, pictures: Tensor) -> Tensor:
        """The image features (B, C).

        Args:
            pictures: (B, 3, S, S), standardised.
        """
        return self.network(pictures)


def tile_features(image_size: int, width_divisor: int) -> FeatureNetwork:
    """InceptionV3 without its classifier, with fresh weights.

    Args:
        image_size: pixels along each side of a tile.
        width_divisor: every layer has this part of its channels; 1 for the network in full.

    Raises:
        SettingsError: timm is not installed, the tiles are too small, or a layer's channels cannot be divided so.
    """

    def stages(network: Any) -> dict[str, nn.Module]:
        _divide_channels(network, width_divisor)
        return children_of(network)

    return timm_network("inception_v3", stages, image_size)


def _divide_channels(network: nn.Module, divisor: int) -> None:
    """Leaves every layer a part of its channels; all but the pictures' own three."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            first = layer.in_channels == PICTURE_CHANNELS
            layer.in_channels = layer.in_channels if first else _part(layer.in_channels, divisor)
            layer.out_channels = _part(layer.out_channels, divisor)
            layer.weight = nn.Parameter(torch.empty(layer.out_channels, layer.in_channels, *layer.kernel_size))
        elif isinstance(layer, nn.BatchNorm2d):
            layer.num_features = _part(layer.num_features, divisor)
            layer.weight, layer.bias = (nn.Parameter(torch.empty(layer.num_features)) for _ in range(2))
            layer.running_mean, layer.running_var = (torch.empty(layer.num_features) for _ in range(2))


def _part(channels: int, divisor: int) -> int:
    if channels % divisor:
        raise SettingsError(f"{channels} channels cannot be divided by {divisor}. Choose another width.")
    return channels // divisor
