"""The part of MMDL that an engine runs: grey to three channels, and the network that looks at a view."""

from torch import Tensor, nn

from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.grey_to_rgb import GreyToRgb
from radiogene.networks.mmdl import MMDL


class Trunk(nn.Module):
    """From standardised images to features, by the layers of one view network of MMDL.

    Args:
        grey_to_rgb: the convolution before the network.
        view_network: the network.
    """

    def __init__(self, grey_to_rgb: GreyToRgb, view_network: FeatureNetwork) -> None:
        super().__init__()
        self.grey_to_rgb = grey_to_rgb
        self.view_network = view_network

    def forward(self, images: Tensor) -> Tensor:
        """The features (P, C).

        Args:
            images: (P, 1, S, S), standardised.
        """
        return self.view_network(self.grey_to_rgb(images))


def trunks_of(network: MMDL) -> tuple[Trunk, ...]:
    """The trunks of a network, which share its parameters: one that all views share, or one for each view."""
    pairs = zip(network.grey_to_rgb, network.view_networks, strict=True)
    return tuple(Trunk(grey, view).eval() for grey, view in pairs)  # type: ignore[arg-type]


def images_of_trunk(network: MMDL) -> int:
    """Images P that a trunk sees of one patient: all views, or its own."""
    return network.views if network.shared_view_network else 1


OPENING_CONVOLUTIONS = 5
"""They make the three channels, and are the stem up to its fourth layer."""
