"""What MMDL asks of the network that looks at one view."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class FeatureNetwork(nn.Module, ABC):
    """A network from a three-channel picture to a vector of features.

    Attributes:
        feature_count: channels C of its last map.
    """

    feature_count: int

    @abstractmethod
    def feature_map(self, pictures: Tensor) -> Tensor:
        """The last map (B, C, h, w), before pooling.

        Args:
            pictures: (B, 3, S, S), standardised.
        """

    def features(self, pictures: Tensor) -> Tensor:
        """The features (B, C): the average of the last map over its pixels.

        Args:
            pictures: (B, 3, S, S), standardised.
        """
        return self.feature_map(pictures).mean(dim=(2, 3))

    def forward(self, pictures: Tensor) -> Tensor:
        """The features (B, C).

        Args:
            pictures: (B, 3, S, S), standardised.
        """
        return self.features(pictures)
