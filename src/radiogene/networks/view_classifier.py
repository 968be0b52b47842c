"""A feature network with a classifier on top, as it is pretrained on ordinary images."""

from torch import Tensor, nn

from radiogene.networks.feature_network import FeatureNetwork


class ViewClassifier(nn.Module):
    """Feature network, dropout, one fully connected layer.

    Args:
        network: gives the features; it is what is kept after pretraining.
        classes: number of classes.
        dropout_keep: share of the features that dropout keeps.

    Source: paper, "Deep learning model": average pooling, dropout (keep = 0.8), a fully connected layer.
    """

    def __init__(self, network: FeatureNetwork, classes: int, dropout_keep: float) -> None:
        super().__init__()
        self.network = network
        self.dropout = nn.Dropout(1.0 - dropout_keep)
        self.fully_connected = nn.Linear(network.feature_count, classes)

    def forward(self, images: Tensor) -> Tensor:
        """The logits (B, classes).

        Args:
            images: (B, 3, S, S), standardised.
        """
        return self.fully_connected(self.dropout(self.network.features(images)))
