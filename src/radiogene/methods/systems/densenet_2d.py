"""Row B of Table 6: a 2D DenseNet-like network over axial planes of the nodule, image only."""

from typing import TYPE_CHECKING

from radiogene.methods.deep.lazy_design import loading, making
from radiogene.methods.method import MethodEntry, Need
from radiogene.methods.method_settings import NetworkSettings

if TYPE_CHECKING:
    from radiogene.methods.deep.deep_design import DeepDesign

NAME = "densenet-2d"


def _design() -> "DeepDesign":
    from radiogene.methods.deep.cube_images import AxialImages
    from radiogene.methods.deep.deep_design import DeepDesign
    from radiogene.methods.deep.deep_sizes import DeepSizes
    from radiogene.networks.densenet_2d import DenseNet2D
    from radiogene.networks.image_network import ImageNetwork

    def build(sizes: DeepSizes, genes: int, values: int) -> ImageNetwork:
        size = sizes.densenet_2d
        return DenseNet2D(
            genes,
            values,
            growth=size.growth,
            blocks=size.blocks,
            convolutions=size.convolutions,
            dropout_keep=sizes.dropout_keep,
        )

    def words(sizes: DeepSizes) -> str:
        size = sizes.densenet_2d
        blocks = " and ".join(map(str, size.blocks))
        return f"DenseNet of preset {sizes.name}: blocks of {blocks} dense layers, growth {size.growth}"

    return DeepDesign(NAME, lambda sizes: AxialImages(), build, words, images_per_step=2)


METHOD = MethodEntry(
    name=NAME,
    title="2D DenseNet",
    needs=(Need.CUBE,),
    columns=(),
    learner="densely connected network over axial planes of 64 mm, image only, probabilities averaged over a patient's "
    "planes. Follows its reference in planes of the tumour as images of a network trained end to end; that it is "
    "like a DenseNet is the project's reading, and layers, sizes and schedule are ours",
    source="Table 6, row B (Wang et al. 2019): AUC 0.810",
    settings=NetworkSettings,
    make=making(_design),
    load=loading(_design),
    network=True,
)
