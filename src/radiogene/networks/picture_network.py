"""What a deep system asks of its network: pictures and values in, one logit per gene out."""

from abc import ABC, abstractmethod

from torch import Tensor, nn

from radiogene.networks.gene_head import GeneHead


class PictureNetwork(nn.Module, ABC):
    """A network that predicts genes from one picture (a plane, a cube, a tile) and a patient's values.

    Attributes:
        feature_count: image features C, those that dropout draws from.
        head: from features and values to logits.
    """

    feature_count: int
    head: GeneHead

    @abstractmethod
    def features(self, pictures: Tensor) -> Tensor:
        """The image features (B, C).

        Args:
            pictures: (B, channels, *axes), standardised.
        """

    def forward(self, pictures: Tensor, values: Tensor, kept: Tensor | None = None) -> Tensor:
        """The logits (B, G).

        Args:
            pictures: (B, channels, *axes), standardised.
            values: (B, K), scaled and without gaps.
            kept: (B, C) bool, the features that dropout keeps in training; None draws them.
        """
        return self.head(self.features(pictures), values, kept)
