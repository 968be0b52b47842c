"""Row A of Table 6: InceptionV3 on tiles of a slide, averaged per patient."""

from typing import TYPE_CHECKING

from radiogene.methods.deep.lazy_design import loading, making
from radiogene.methods.method import MethodEntry, Need
from radiogene.methods.method_settings import NetworkSettings

if TYPE_CHECKING:
    from radiogene.methods.deep.deep_design import DeepDesign

NAME = "slides"


def _design() -> "DeepDesign":
    import torch

    from radiogene.methods.deep.deep_design import DeepDesign
    from radiogene.methods.deep.deep_sizes import DeepSizes
    from radiogene.methods.deep.slide_images import SlideImages
    from radiogene.networks.image_network import ImageNetwork
    from radiogene.networks.tile_network import TileNetwork, tile_features

    def build(sizes: DeepSizes, genes: int, values: int) -> ImageNetwork:
        size = sizes.slides
        network = TileNetwork(tile_features(size.image_size, size.width_divisor), genes, sizes.dropout_keep)
        # On a CPU convolutions of tiles, whose channels come last, are fastest when they stay there.
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def words(sizes: DeepSizes) -> str:
        size = sizes.slides
        width = "in full" if size.width_divisor == 1 else f"with 1/{size.width_divisor} of its channels"
        return f"InceptionV3 {width} on tiles of {size.image_size} pixels"

    return DeepDesign(
        NAME, lambda sizes: SlideImages(sizes.slides.image_size), build, words, slides=True, images_per_step=2
    )


METHOD = MethodEntry(
    name=NAME,
    title="InceptionV3 on slides",
    needs=(Need.SLIDES,),
    columns=("slides",),
    learner="InceptionV3 on tiles, one sigmoid for each gene, probabilities averaged over a patient's tiles. Follows "
    "its reference in these three; the reference predicts six genes, this one those asked for; tiles are taken as they "
    "are found, and schedule and augmentation are ours",
    source="Table 6, row A (Coudray et al. 2018): AUC 0.754, a mean over genes",
    settings=NetworkSettings,
    make=making(_design),
    load=loading(_design),
    extra="backbones",
    network=True,
)
