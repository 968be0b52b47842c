"""The sizes of MMDL as data, and the one place where a network is built from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from radiogene.ct.nine_views import NINE_VIEWS
from radiogene.ct.resampling import CUBE_MM
from radiogene.errors import SettingsError
from radiogene.networks.backbones import INCEPTION_ATTENTION_RESNET, backbone_named
from radiogene.networks.convolution import LayerStyle, Padding
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.gene_branch import ClinicalEntry
from radiogene.networks.mmdl import MMDL
from radiogene.networks.stem import StemStrides
from radiogene.networks.view_network import ReductionStrides, StageCounts, ViewNetwork, ViewNetworkSettings
from radiogene.storage.typed_json import MAY_BE_ABSENT

VIEWS = len(NINE_VIEWS)
"""Planes through a nodule (Figure 2A)."""

DROPOUT_KEEP = 0.8
"""Share of features that dropout keeps (paper, "Deep learning model")."""


SMALLEST_FIELD_MM = 16.0
"""Smaller fields would show a part of most nodules only."""


SMALLEST_IMAGE, LARGEST_IMAGE = 8, 1024
"""Pixels along a side of a view; the paper's has 299, and the cube under it 64 samples."""


@dataclass(frozen=True)
class Preset:
    """All sizes of an MMDL network.

    Attributes:
        name: under which it is chosen.
        image_size: pixels S along each side of a view.
        shared_view_network: True for one network that looks at all views, False for one per view.
        dropout_keep: share of features that dropout keeps.
        view_network: sizes of the inception-attention-resnet; other backbones have a size of their own.
        backbone: name of the network that looks at a view.
        channel_divisor: of a backbone that is compared: its published channel counts are divided by it. 1 for the
            inception-attention-resnet, whose width is among its sizes.
        fields_mm: sides of the parts of the cube, about its centre, that each plane is shown in; the paper's is the
            whole cube.
        window_hu: lowest and highest HU that the network is to tell apart; None, as in the paper, for no limit.

    Raises:
        SettingsError: no backbone has that name, a divisor below 1, or sizes that no view has.
    """

    name: str
    image_size: int
    shared_view_network: bool
    dropout_keep: float
    view_network: ViewNetworkSettings
    backbone: str = field(default=INCEPTION_ATTENTION_RESNET, metadata=MAY_BE_ABSENT)
    channel_divisor: int = field(default=1, metadata=MAY_BE_ABSENT)
    fields_mm: tuple[float, ...] = field(default=(CUBE_MM,), metadata=MAY_BE_ABSENT)
    window_hu: tuple[float, float] | None = field(default=None, metadata=MAY_BE_ABSENT)

    def __post_init__(self) -> None:
        backbone_named(self.backbone)
        if not SMALLEST_IMAGE <= self.image_size <= LARGEST_IMAGE:
            raise SettingsError(f"Views of {self.image_size} pixels: expected {SMALLEST_IMAGE} to {LARGEST_IMAGE}.")
        if self.channel_divisor < 1:
            raise SettingsError(f"Channels divided by {self.channel_divisor}: expected 1 or more.")
        fields = self.fields_mm
        if (
            not fields
            or len(set(fields)) < len(fields)
            or not SMALLEST_FIELD_MM <= min(fields) <= max(fields) <= CUBE_MM
        ):
            raise SettingsError(
                f"Fields of {list(fields)} mm: expected sides from {SMALLEST_FIELD_MM:g} to {CUBE_MM:g}, each once "
                "(`fields_mm`)."
            )
        if self.window_hu is not None and not self.window_hu[0] < self.window_hu[1]:
            raise SettingsError(f"A window of {list(self.window_hu)} HU: expected the lower end first (`window_hu`).")

    @property
    def view_count(self) -> int:
        """Views of a nodule where no plane is left out: each plane in each field."""
        return VIEWS * len(self.fields_mm)

    @property
    def has_masks(self) -> bool:
        """True where the network has masks, unless it is built without attention."""
        return backbone_named(self.backbone).has_masks and self.view_network.attention


PAPER = Preset(
    name="paper",
    image_size=299,
    shared_view_network=False,
    dropout_keep=DROPOUT_KEEP,
    view_network=ViewNetworkSettings(),
)
"""The paper's network: Inception-ResNet-v2 in full, nine separate view networks; maps of 35, 17 and 8."""

NEAR_FIELD_MM = 32.0
"""Side of the second field of the smaller presets."""

# DEVIATION: smaller presets share one view network between the views and are narrower and shallower than the paper's.
# They show each plane twice, in the paper's field and in a smaller one: in 64 mm a nodule of 10 mm has a fortieth of
# the pixels, and from few patients a network learns little of them (`docs/explanation/what-is-learnt.md`).
SMALL = Preset(
    name="small",
    image_size=96,
    shared_view_network=True,
    dropout_keep=DROPOUT_KEEP,
    view_network=ViewNetworkSettings(
        style=LayerStyle(width=0.375, padding=Padding.SAME),
        stem_strides=StemStrides(2, 2, 1),
        units=StageCounts(3, 5, 3),
    ),
    fields_mm=(CUBE_MM, NEAR_FIELD_MM),
)
"""For a laptop: 96 pixels, two fields, one shared view network; maps of 24, 12 and 6."""

TINY = Preset(
    name="tiny",
    image_size=32,
    shared_view_network=True,
    dropout_keep=DROPOUT_KEEP,
    view_network=ViewNetworkSettings(
        style=LayerStyle(width=0.125, padding=Padding.SAME),
        stem_strides=StemStrides(2, 1, 2),
        reduction_strides=ReductionStrides(2, 1),
        units=StageCounts(1, 1, 1),
        mask_depths=StageCounts(2, 1, 1),
    ),
    fields_mm=(CUBE_MM, NEAR_FIELD_MM),
)
"""For tests and the demonstration: 32 pixels, two fields, one shared view network; maps of 8, 4 and 4."""

PRESETS: dict[str, Preset] = {preset.name: preset for preset in (PAPER, SMALL, TINY)}

CHANNEL_DIVISORS = {"paper": 1, "small": 2, "tiny": 8}
"""Of compared backbones by preset: as the paper's network is as wide as published, 3/8 and 1/8 as wide."""

COMPARED_IMAGE_SIZES = {"tiny": 64}
"""Pixels where the preset's own leave a compared backbone no map behind its strides."""

NARROWER = {("tiny", "inception-resnet-v2"): 16}
"""With its 244 convolutions, an eighth of the channels would take 1.4 times as long as the paper's network there."""


def preset_named(
    name: str,
    backbone: str = INCEPTION_ATTENTION_RESNET,
    fields_mm: tuple[float, ...] | None = None,
    window_hu: tuple[float, float] | None = None,
) -> Preset:
    """The preset of that name, with that backbone.

    Args:
        name: one of `PRESETS`.
        backbone: one of `BACKBONES`.
        fields_mm: in place of the preset's own, which None leaves.
        window_hu: in place of the preset's own, which None leaves.

    Raises:
        SettingsError: no preset or no backbone has that name, or a field or window that cannot be meant.
    """
    if name not in PRESETS:
        raise SettingsError(f"No preset {name!r}: expected one of {', '.join(PRESETS)} (`preset`).")
    compared = backbone != INCEPTION_ATTENTION_RESNET
    divisor = NARROWER.get((name, backbone), CHANNEL_DIVISORS[name]) if compared else 1
    size = COMPARED_IMAGE_SIZES.get(name) if compared else None
    preset = PRESETS[name]
    return replace(
        preset,
        backbone=backbone,
        channel_divisor=divisor,
        image_size=preset.image_size if size is None else size,
        fields_mm=preset.fields_mm if fields_mm is None else fields_mm,
        window_hu=preset.window_hu if window_hu is None else window_hu,
    )


def build_view_network(preset: Preset, attention: bool = True) -> ViewNetwork:
    """An inception-attention-resnet of the preset's size, with fresh weights, whatever the preset's backbone.

    Args:
        preset: the sizes.
        attention: False builds no masks.
    """
    return ViewNetwork(_sizes(preset, attention))


def build_feature_network(preset: Preset, attention: bool = True) -> FeatureNetwork:
    """The network that looks at one view: the preset's backbone, with fresh weights.

    Args:
        preset: the sizes.
        attention: False builds no masks; a backbone that has none is the same in either case.

    Raises:
        SettingsError: the backbone needs a library that is not installed, or larger images.
    """
    build = backbone_named(preset.backbone).build
    return build(preset.image_size, _sizes(preset, attention), preset.channel_divisor)


def _sizes(preset: Preset, attention: bool) -> ViewNetworkSettings:
    """The preset's sizes, without masks unless both it and the caller want them."""
    return replace(preset.view_network, attention=attention and preset.view_network.attention)


def build_mmdl(
    preset: Preset,
    genes: Sequence[str],
    clinical_count: int,
    views: int | None = None,
    attention: bool = True,
    clinical_at: ClinicalEntry = ClinicalEntry.FC256_OUTPUT,
) -> MMDL:
    """An MMDL network of the preset's size, with fresh weights.

    Args:
        preset: the sizes.
        genes: names of the genes.
        clinical_count: number of clinical values; 0 for image only.
        views: number of views; None for every plane in every field of the preset.
        attention: False builds no masks: Inception-ResNet-v2 for each view.
        clinical_at: where clinical values join the branches.

    Raises:
        SettingsError: the backbone needs a library that is not installed, or larger images.
    """
    views = preset.view_count if views is None else views
    count = 1 if preset.shared_view_network else views
    networks = [build_feature_network(preset, attention) for _ in range(count)]
    return MMDL(genes, views, clinical_count, networks, preset.dropout_keep, clinical_at)
