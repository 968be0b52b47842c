"""The sizes of the compared networks by preset: one table, full size at `paper`."""

from dataclasses import dataclass

from radiogene.errors import SettingsError


@dataclass(frozen=True)
class CubeSizes:
    """Sizes of a network over cubes.

    Attributes:
        channels: of each block or stage.
        depth: convolutions of a block, or residual units of a stage.
        entry_stride: step of the first convolution; 2 looks at the cube in 2 mm.
        hidden: neurons before the logits.
    """

    channels: tuple[int, ...]
    depth: int
    entry_stride: int
    hidden: int


@dataclass(frozen=True)
class DenseSizes:
    """Sizes of the densely connected network.

    Attributes:
        growth: channels that each dense layer adds.
        blocks: dense layers in each block.
        convolutions: plain ones behind the last block.
    """

    growth: int
    blocks: tuple[int, ...]
    convolutions: int


@dataclass(frozen=True)
class TileSizes:
    """Sizes of the network over tiles.

    Attributes:
        image_size: pixels along each side of a tile as it enters.
        width_divisor: InceptionV3 has this part of its channels.
    """

    image_size: int
    width_divisor: int


@dataclass(frozen=True)
class DeepSizes:
    """Sizes of all compared networks at one preset.

    Attributes:
        name: of the preset.
        cnn_3d: row C.
        multilevel: row D.
        densenet_2d: row B.
        slides: row A.
        radiomics: features that row D keeps, those that part the classes best.
        dropout_keep: share of the image features that dropout keeps, MMDL's.
    """

    name: str
    cnn_3d: CubeSizes
    multilevel: CubeSizes
    densenet_2d: DenseSizes
    slides: TileSizes
    radiomics: int
    dropout_keep: float = 0.8


DEEP_SIZES: dict[str, DeepSizes] = {
    sizes.name: sizes
    for sizes in (
        DeepSizes(
            "paper",
            cnn_3d=CubeSizes((32, 64, 128, 256), depth=2, entry_stride=1, hidden=128),
            multilevel=CubeSizes((32, 64, 128, 256), depth=2, entry_stride=1, hidden=128),
            densenet_2d=DenseSizes(32, (6, 3), convolutions=4),
            slides=TileSizes(299, width_divisor=1),
            radiomics=32,
        ),
        # DEVIATION: smaller presets look at cubes in 2 mm and at tiles of fewer pixels, through networks that are
        # narrower and shallower than at `paper`.
        DeepSizes(
            "small",
            cnn_3d=CubeSizes((16, 32, 64, 128), depth=1, entry_stride=2, hidden=64),
            multilevel=CubeSizes((16, 32, 64), depth=1, entry_stride=2, hidden=64),
            densenet_2d=DenseSizes(16, (6, 3), convolutions=2),
            slides=TileSizes(224, width_divisor=2),
            radiomics=24,
        ),
        DeepSizes(
            "tiny",
            cnn_3d=CubeSizes((8, 16, 32), depth=1, entry_stride=2, hidden=32),
            multilevel=CubeSizes((8, 16, 32), depth=1, entry_stride=2, hidden=32),
            densenet_2d=DenseSizes(8, (3, 3), convolutions=1),
            slides=TileSizes(128, width_divisor=8),
            radiomics=16,
        ),
    )
}


def deep_sizes_of(preset: str) -> DeepSizes:
    """The sizes that belong to a preset.

    Raises:
        SettingsError: no such preset.
    """
    if preset not in DEEP_SIZES:
        raise SettingsError(f"No preset {preset!r}: expected one of {', '.join(DEEP_SIZES)} (`preset`).")
    return DEEP_SIZES[preset]
