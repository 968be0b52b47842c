"""What a deep system asks of its network: images and values in, one logit per gene out."""

from abc import ABC, abstractmethod

from torch import Tensor, nn

from radiogene.networks.fully_connected_head import FullyConnectedHead


class ImageNetwork(nn.Module, ABC):
    """A network that predicts genes from one image (a plane, a cube, a tile) and a patient's values.

    Attributes:
        feature_count: image features C, those that dropout draws from.
        head: from features and values to logits.
    """

    feature_count: int
    head: FullyConnectedHead

    @abstractmethod
    def features(self, images: Tensor) -> Tensor:
        """The image features (B, C).

        Args:
            images: (B, channels, *axes), standardised.
        """

    def forward(self, images: Tensor, values: Tensor, kept: Tensor | None = None) -> Tensor:
        """The logits (B, G).

        Args:
            images: (B, channels, *axes), standardised.
            values: (B, K), scaled and without gaps.
            kept: (B, C) bool, the features that dropout keeps in training; None draws them.
        """
        return self.head(self.features(images), values, kept)
