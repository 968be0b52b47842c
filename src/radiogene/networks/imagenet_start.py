"""The start of MMDL from ImageNet parameters, in place of pretraining on two classes of photographs."""

from collections.abc import Mapping

from torch import Tensor

from radiogene.errors import SettingsError
from radiogene.networks.backbones import INCEPTION_ATTENTION_RESNET
from radiogene.networks.imagenet_parameters import load_imagenet_parameters
from radiogene.networks.mmdl import MMDL
from radiogene.networks.view_network import ViewNetwork

IMAGENET_SD = 0.45
"""Standard deviation of ImageNet's photographs as this network was trained on them, about the same in all channels.

The parameters expect (x / 255 - 0.5) / 0.5, from -1 to 1. ImageNet's channels have SD 0.229, 0.224 and 0.225 of x / 255
(the constants with which torchvision's networks standardise), so 0.45 in that scale; their means, -0.03, -0.09 and
-0.19, are near 0.
"""


# DEVIATION: the paper names neither a standardisation of photographs nor how it meets the Z-score of CT. With ImageNet
# parameters the grey channel is copied to the three channels times 0.45: a Z-score has SD 1, a photograph 0.45, and the
# normalisations inside the frozen network know the latter only.
def start_from_imagenet(network: MMDL, parameters: Mapping[str, Tensor]) -> None:
    """Load the parameters into every view network's trunk; on a misfit the network stays as it was.

    Masks, branches and fusion keep their own parameters.

    Args:
        network: with the inception-attention-resnet at its full size.
        parameters: from `read_imagenet_parameters`.

    Raises:
        SettingsError: the network has another backbone.
        WeightsError: the parameters do not fit: the preset is narrower or shallower than the original.
    """
    view_networks = [trunk for trunk in network.view_networks if isinstance(trunk, ViewNetwork)]
    if len(view_networks) != len(network.view_networks):
        raise SettingsError(
            f"ImageNet parameters of Inception-ResNet-v2 fit the backbone {INCEPTION_ATTENTION_RESNET} only: leave "
            "`backbone` out, or start from fresh weights."
        )
    for view_network in view_networks:
        load_imagenet_parameters(view_network, parameters)
    for grey_to_rgb in network.grey_to_rgb:
        grey_to_rgb.copy_grey(IMAGENET_SD)  # type: ignore[operator]
