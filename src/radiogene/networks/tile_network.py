"""A network over tiles of a slide: an image network with one logit per gene (Table 6, row A)."""

from torch import Tensor

from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.fully_connected_head import FullyConnectedHead
from radiogene.networks.image_network import ImageNetwork
from radiogene.networks.timm_network import children_of, timm_network


class TileNetwork(ImageNetwork):
    """Features of a coloured image, dropout, and one fully connected layer to the logits of all genes.

    Args:
        network: from images to features; InceptionV3 in the paper's row.
        genes: logits G.
        dropout_keep: share of the features that dropout keeps.

    Source: paper, Table 6, row A (Coudray et al., Nat Med 2018;24:1559-67).
    """

    def __init__(self, network: FeatureNetwork, genes: int, dropout_keep: float) -> None:
        super().__init__()
        self.network = network
        self.feature_count = network.feature_count
        self.head = FullyConnectedHead(self.feature_count, 0, (), genes, dropout_keep)

    def features(self, images: Tensor) -> Tensor:
        """The image features (B, C).

        Args:
            images: (B, 3, S, S), standardised.
        """
        return self.network(images)


def tile_features(image_size: int, width_divisor: int) -> FeatureNetwork:
    """InceptionV3 without its classifier, with fresh weights.

    Args:
        image_size: pixels along each side of a tile.
        width_divisor: every layer has this part of its channels; 1 for the network in full.

    Raises:
        SettingsError: timm is not installed, the tiles are too small, or a layer's channels cannot be divided so.
    """
    return timm_network("inception_v3", children_of, image_size, width_divisor)
