"""What MMDL and its activation maps ask of the network that looks at one view."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class FeatureNetwork(nn.Module, ABC):
    """A network from a three-channel image to a vector of features.

    A network whose last map is too small to be looked at overrides `activation_map` and `features_of_map` together.

    Attributes:
        feature_count: channels C of its last map.
    """

    feature_count: int

    @abstractmethod
    def feature_map(self, images: Tensor) -> Tensor:
        """The last map (B, C, h, w), before pooling.

        Args:
            images: (B, 3, S, S), standardised.
        """

    def features(self, images: Tensor) -> Tensor:
        """The features (B, C): the average of the last map over its pixels.

        Args:
            images: (B, 3, S, S), standardised.
        """
        return self.feature_map(images).mean(dim=(2, 3))

    def activation_map(self, images: Tensor) -> Tensor:
        """The map (B, C', h', w') from which activation maps are taken; here the last one.

        Args:
            images: (B, 3, S, S), standardised.
        """
        return self.feature_map(images)

    def features_of_map(self, activation_map: Tensor) -> Tensor:
        """The features (B, C) that follow from a map that `activation_map` gave.

        Args:
            activation_map: (B, C', h', w').
        """
        return activation_map.mean(dim=(2, 3))

    def forward(self, images: Tensor) -> Tensor:
        """The features (B, C).

        Args:
            images: (B, 3, S, S), standardised.
        """
        return self.features(images)
