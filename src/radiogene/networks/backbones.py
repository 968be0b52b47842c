"""The networks that can look at one view, by name: the paper's own, and those of its Table 4."""

from collections.abc import Callable
from dataclasses import dataclass

from radiogene.errors import SettingsError
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.timm_network import (
    StagesOf,
    blocks_between_poolings,
    children_of,
    children_of_features,
    timm_network,
)
from radiogene.networks.view_network import ViewNetwork, ViewNetworkSettings

INCEPTION_ATTENTION_RESNET = "inception-attention-resnet"
"""Name of the paper's own network, the default."""

NetworkMaker = Callable[[int, ViewNetworkSettings, int], FeatureNetwork]
"""Makes a network from the pixels along each side of an image, the preset's sizes and its channel divisor."""


@dataclass(frozen=True)
class Backbone:
    """One network that can look at a view.

    Attributes:
        name: under which it is chosen.
        build: makes it.
        has_masks: True where it has the attention modules' masks.
    """

    name: str
    build: NetworkMaker
    has_masks: bool = False


def _attention_network(image_size: int, sizes: ViewNetworkSettings, channel_divisor: int) -> FeatureNetwork:
    """The paper's network; it takes images of any size, and its width is among the sizes."""
    return ViewNetwork(sizes)


def _from_timm(name: str, architecture: str, stages_of: StagesOf) -> Backbone:
    """A network of timm: of the preset's sizes it takes the channel divisor alone."""

    def build(image_size: int, sizes: ViewNetworkSettings, channel_divisor: int) -> FeatureNetwork:
        return timm_network(architecture, stages_of, image_size, channel_divisor)

    return Backbone(name, build)


BACKBONES: dict[str, Backbone] = {
    backbone.name: backbone
    for backbone in (
        Backbone(INCEPTION_ATTENTION_RESNET, _attention_network, has_masks=True),
        _from_timm("vgg16", "vgg16", blocks_between_poolings),
        _from_timm("resnet50", "resnet50", children_of),
        _from_timm("densenet121", "densenet121", children_of_features),
        _from_timm("inception-v3", "inception_v3", children_of),
        _from_timm("inception-resnet-v2", "inception_resnet_v2", children_of),
    )
}


def backbone_named(name: str) -> Backbone:
    """The backbone of that name.

    Args:
        name: one of `BACKBONES`.

    Raises:
        SettingsError: no backbone has that name.
    """
    if name not in BACKBONES:
        raise SettingsError(f"No backbone {name!r}: expected one of {', '.join(BACKBONES)} (`backbone`).")
    return BACKBONES[name]
