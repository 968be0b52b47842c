"""The inception-attention-resnet that looks at one view.

Stem, attention module A, reduction A, attention module B, reduction B, attention module C, last convolution, average
pooling. With the masks off it is Inception-ResNet-v2.

Source: Figures 2C and 5 of the paper; Szegedy et al. 2017.
"""

from dataclasses import dataclass, field
from functools import partial

from torch import Tensor, nn

from radiogene.errors import SettingsError
from radiogene.networks.attention_module import AttentionModule, MaskBranch
from radiogene.networks.convolution import LayerStyle, NormalisedConvolution
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.inception_resnet_units import UnitMaker, unit_a, unit_b, unit_c
from radiogene.networks.reductions import STRIDE, reduction_a, reduction_b
from radiogene.networks.stem import Stem, StemStrides

FEATURES = 1536
"""Channels of the last convolution at width 1."""

STAGES = (
    "stem",
    "attention_a",
    "reduction_a",
    "attention_b",
    "reduction_b",
    "attention_c",
    "final_convolution",
)
"""Names of the stages in order; each is an attribute of the network and a key of `ViewNetwork.stage_outputs`."""


MOST_UNITS, DEEPEST_MASK, WIDEST = 100, 8, 8.0
"""Ten times the paper's; a settings file beyond that is damaged, and would be built before its weights are read."""


@dataclass(frozen=True)
class StageCounts:
    """One whole number for each of the attention modules A, B and C."""

    a: int
    b: int
    c: int


@dataclass(frozen=True)
class ReductionStrides:
    """Steps of the two reductions."""

    a: int = STRIDE
    b: int = STRIDE


@dataclass(frozen=True)
class ViewNetworkSettings:
    """The sizes of a view network; the defaults are the paper's.

    Attributes:
        style: width, padding and momentum of all layers.
        stem_strides: steps of the stem.
        reduction_strides: steps of the reductions.
        units: number of units in the trunks of A, B and C.
        mask_depths: number of max poolings in the masks of A, B and C: more where the map is larger.
        attention: False builds no masks.
    """

    style: LayerStyle = field(default_factory=LayerStyle)
    stem_strides: StemStrides = field(default_factory=StemStrides)
    reduction_strides: ReductionStrides = field(default_factory=ReductionStrides)
    units: StageCounts = field(default_factory=lambda: StageCounts(10, 20, 10))
    mask_depths: StageCounts = field(default_factory=lambda: StageCounts(3, 2, 1))
    attention: bool = True

    def __post_init__(self) -> None:
        counts = (self.units.a, self.units.b, self.units.c)
        if not 1 <= min(counts) <= max(counts) <= MOST_UNITS:
            raise SettingsError(f"{self.units}: expected 1 to {MOST_UNITS} units in every attention module.")
        depths = (self.mask_depths.a, self.mask_depths.b, self.mask_depths.c)
        if not 0 <= min(depths) <= max(depths) <= DEEPEST_MASK:
            raise SettingsError(f"{self.mask_depths}: expected masks of 0 to {DEEPEST_MASK} poolings.")
        if not 0 < self.style.width <= WIDEST:
            raise SettingsError(f"Width {self.style.width}: expected a factor above 0 and up to {WIDEST}.")


class ViewNetwork(FeatureNetwork):
    """Features of one view, with every stage reachable by name.

    Args:
        settings: the sizes.

    Source: Figure 2C.
    """

    def __init__(self, settings: ViewNetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        style, units, depths = settings.style, settings.units, settings.mask_depths
        self.stem = Stem(settings.stem_strides, style)
        channels = self.stem.channels_out
        self.attention_a = self._attention(unit_a, [unit_a] * units.a, channels, depths.a)
        self.reduction_a = reduction_a(channels, style, settings.reduction_strides.a)
        channels = self.reduction_a.channels_out
        self.attention_b = self._attention(unit_b, [unit_b] * units.b, channels, depths.b)
        self.reduction_b = reduction_b(channels, style, settings.reduction_strides.b)
        channels = self.reduction_b.channels_out
        trunk_c: list[UnitMaker] = [*[unit_c] * (units.c - 1), partial(unit_c, last=True)]
        self.attention_c = self._attention(unit_c, trunk_c, channels, depths.c)
        self.feature_count = style.channels(FEATURES)
        self.final_convolution = NormalisedConvolution(channels, self.feature_count, 1, momentum=style.momentum)

    def _attention(
        self, mask_unit: UnitMaker, trunk_units: list[UnitMaker], channels: int, depth: int
    ) -> AttentionModule:
        """An attention module with the given trunk, and a mask of the given depth unless attention is off."""
        style = self.settings.style
        trunk = nn.Sequential(*[make_unit(channels, style) for make_unit in trunk_units])
        mask = MaskBranch(mask_unit, channels, depth, style) if self.settings.attention else None
        return AttentionModule(trunk, mask)

    @property
    def attention_modules(self) -> tuple[AttentionModule, AttentionModule, AttentionModule]:
        """The modules A, B and C."""
        return self.attention_a, self.attention_b, self.attention_c

    @property
    def mask_enabled(self) -> bool:
        """True where the masks of all three modules weight their trunks."""
        return all(module.mask_enabled for module in self.attention_modules)

    @mask_enabled.setter
    def mask_enabled(self, enabled: bool) -> None:
        for module in self.attention_modules:
            module.mask_enabled = enabled

    def stage(self, name: str) -> nn.Module:
        """The stage of that name.

        Args:
            name: one of `STAGES`.

        Raises:
            SettingsError: no stage has that name.
        """
        if name not in STAGES:
            raise SettingsError(f"No stage {name!r} in a view network: expected one of {', '.join(STAGES)}.")
        return self.get_submodule(name)

    def stage_outputs(self, images: Tensor) -> dict[str, Tensor]:
        """The map (B, C, h, w) after each stage, by name, in order.

        Args:
            images: (B, 3, S, S), standardised.
        """
        outputs = {}
        current = images
        for name in STAGES:
            current = self.get_submodule(name)(current)
            outputs[name] = current
        return outputs

    def feature_map(self, images: Tensor) -> Tensor:
        """The last map (B, C, h, w), before average pooling.

        Args:
            images: (B, 3, S, S), standardised.
        """
        features = self.reduction_a(self.attention_a(self.stem(images)))
        features = self.reduction_b(self.attention_b(features))
        return self.final_convolution(self.attention_c(features))
