"""Networks of the library timm in place of the inception-attention-resnet (Table 4 of the paper).

timm gives the layers; they are cut off before the pooling and the classifier, and start with our own fresh weights. No
parameter is ever downloaded.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from radiogene.errors import SettingsError
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.reduced_width import divide_channels
from radiogene.networks.stem import IMAGE_CHANNELS
from radiogene.networks.torchvision_operators import declare_torchvision_operators

HEAD_LAYERS = frozenset({"global_pool", "pre_logits", "head_drop", "head", "fc", "classifier", "classif"})
"""What timm calls the layers behind the last map."""

SMALLEST_LAST_MAP = 2
"""Pixels along each side of a last map; on a single one every image looks alike at its border and in its middle."""

SMALLEST_ACTIVATION_MAP = 8
"""Pixels along each side of a map from which activation maps are taken (8 is also that of `paper`)."""

StagesOf = Callable[[Any], dict[str, nn.Module]]
"""Gives the stages of one of timm's networks by name, in the order in which they run."""


class TimmNetwork(FeatureNetwork):
    """Stages that run one after the other.

    Args:
        stages: by name, in order.
        feature_count: channels of the last stage's map.
        map_stage: name of the stage from whose map activation maps are taken.
        channel_divisor: by which every published channel count is divided.
        first_step_taken_out: True where the first convolution moves by one pixel, because the last map would else be
            too small.
    """

    def __init__(
        self,
        stages: Mapping[str, nn.Module],
        feature_count: int,
        map_stage: str,
        channel_divisor: int = 1,
        first_step_taken_out: bool = False,
    ) -> None:
        super().__init__()
        self.channel_divisor = channel_divisor
        self.first_step_taken_out = first_step_taken_out
        self.stages = nn.Sequential(OrderedDict(stages))
        self.feature_count = feature_count
        self.map_stage = map_stage
        self._stages_to_map = list(stages).index(map_stage) + 1

    def feature_map(self, images: Tensor) -> Tensor:
        """The last map (B, C, h, w), before pooling.

        Args:
            images: (B, 3, S, S), standardised.
        """
        return self.stages(images)

    def activation_map(self, images: Tensor) -> Tensor:
        """The map (B, C', h', w') of the stage `map_stage`.

        Args:
            images: (B, 3, S, S), standardised.
        """
        return self.stages[: self._stages_to_map](images)

    def features_of_map(self, activation_map: Tensor) -> Tensor:
        """The features (B, C) that the stages behind `map_stage` make of its map.

        Args:
            activation_map: (B, C', h', w').
        """
        return self.stages[self._stages_to_map :](activation_map).mean(dim=(2, 3))


# DEVIATION: the paper does not say how the compared networks (VGG16 and others) met its branches; each ends here with
# its last convolutional map, averaged, so that all meet the same branches (VGG16 without its two layers of 4096).
def timm_network(architecture: str, stages_of: StagesOf, image_size: int, channel_divisor: int = 1) -> TimmNetwork:
    """One of timm's networks, with fresh weights on torch's default device.

    Args:
        architecture: timm's name of it.
        stages_of: see `StagesOf`.
        image_size: pixels along each side of the images that it will see.
        channel_divisor: by which every published channel count is divided; 1 is the full width.

    Raises:
        SettingsError: timm is not installed, the images are too small for the network, or its channels cannot be
            divided.
    """
    device = torch.get_default_device()
    with torch.device("meta"):
        stages = nn.Sequential(OrderedDict(stages_of(_timm_model(architecture)))).eval()
        divide_channels(stages, channel_divisor)
        shapes = _map_shapes(stages, image_size)
        too_small = _side(shapes) < SMALLEST_LAST_MAP
        if too_small:
            _keep_size_at_first_convolution(stages)
            shapes = _map_shapes(stages, image_size)
    if _side(shapes) < SMALLEST_LAST_MAP:
        raise SettingsError(
            f"Images of {image_size} pixels are too small for {architecture}: expected a last map of at least "
            f"{SMALLEST_LAST_MAP} x {SMALLEST_LAST_MAP}. Choose a preset with larger images (`preset`)."
        )
    large_enough = [name for name, shape in shapes.items() if shape[-1] >= SMALLEST_ACTIVATION_MAP]
    named = dict(stages.named_children())
    network = TimmNetwork(named, shapes[list(shapes)[-1]][1], large_enough[-1], channel_divisor, too_small)
    network.train().to_empty(device=device)
    _draw_weights(network)
    return network


def children_of(network: nn.Module) -> dict[str, nn.Module]:
    """The stages of a network that runs its own children one after the other, head left out."""
    return {name: layer for name, layer in network.named_children() if name not in HEAD_LAYERS}


def children_of_features(network: Any) -> dict[str, nn.Module]:
    """The stages of a network that keeps its layers under `features`."""
    return children_of(network.features)


def blocks_between_poolings(network: Any) -> dict[str, nn.Module]:
    """The stages of a VGG network, whose `features` are a plain row of layers: blocks of convolutions, and poolings."""
    stages: dict[str, nn.Module] = {}
    block = 1
    for layer in network.features:
        if isinstance(layer, nn.MaxPool2d):
            stages[f"pooling{block}"] = layer
            block += 1
        else:
            stages.setdefault(f"block{block}", nn.Sequential()).append(layer)  # type: ignore[operator]
    return stages


def _timm_model(architecture: str) -> Any:
    """The network as timm builds it, without classifier, on torch's default device."""
    declare_torchvision_operators()
    try:
        from timm import create_model
    except ImportError as error:
        raise SettingsError(
            f"The backbone {architecture} comes with the library timm, which cannot be imported ({error}). "
            'Install it with: pip install "radiogene[backbones]"'
        ) from error
    return create_model(architecture, pretrained=False, num_classes=0, global_pool="")


def _map_shapes(stages: nn.Sequential, image_size: int) -> dict[str, tuple[int, ...]]:
    """The shape (1, C, h, w) of every stage's map by name, up to the first that would be empty; on the meta device."""
    current = torch.empty(1, IMAGE_CHANNELS, image_size, image_size)
    shapes: dict[str, tuple[int, ...]] = {}
    with torch.no_grad():
        for name, stage in stages.named_children():
            try:
                current = stage(current)
            except RuntimeError:
                # torch's own check: a window is larger than the map.
                shapes[name] = (1, 0, 0, 0)
                break
            shapes[name] = tuple(current.shape)
    return shapes


def _side(shapes: dict[str, tuple[int, ...]]) -> int:
    """Pixels along each side of the last map."""
    return shapes[list(shapes)[-1]][-1]


def _keep_size_at_first_convolution(stages: nn.Module) -> None:
    """Take the step out of the first convolution; its parameters stay as they are."""
    first = next(layer for layer in stages.modules() if isinstance(layer, nn.Conv2d))
    first.stride = (1, 1)


def _draw_weights(network: nn.Module) -> None:
    """Fresh weights as those of the inception-attention-resnet, whatever timm would draw: He for convolutions.

    A residual unit that timm starts as the identity starts so here too: sixteen residuals of unit variance on top of
    each other would make features of several hundred before the running statistics have followed.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            layer.reset_parameters()
        elif any(True for _ in layer.parameters(recurse=False)):
            raise SettingsError(f"{type(layer).__name__}: no rule for its fresh weights (networks/timm_network.py).")
    for layer in network.modules():
        start_as_identity = getattr(layer, "zero_init_last", None)
        if callable(start_as_identity):
            start_as_identity()
