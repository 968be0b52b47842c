"""Row C of Table 6 without clinical data: a 3D CNN over the nodule's cube (the paper prints an AUC of 0.776)."""

from typing import TYPE_CHECKING

from radiogene.methods.deep.lazy_design import loading, making
from radiogene.methods.method import MethodEntry, Need
from radiogene.methods.method_settings import NetworkSettings

if TYPE_CHECKING:
    from radiogene.methods.deep.deep_design import DeepDesign

NAME = "cnn-3d"


def cube_design(name: str, clinical: tuple[str, ...]) -> "DeepDesign":
    """The 3D CNN with these clinical columns.

    Args:
        name: of the system.
        clinical: columns that join; none for image only.
    """
    from radiogene.methods.deep.cube_images import CubeImages
    from radiogene.methods.deep.deep_design import DeepDesign
    from radiogene.methods.deep.deep_sizes import DeepSizes
    from radiogene.networks.cnn_3d import CNN3D
    from radiogene.networks.image_network import ImageNetwork

    def build(sizes: DeepSizes, genes: int, values: int) -> ImageNetwork:
        size = sizes.cnn_3d
        return CNN3D(
            genes,
            values,
            channels=size.channels,
            convolutions=size.depth,
            entry_stride=size.entry_stride,
            hidden=size.hidden,
            dropout_keep=sizes.dropout_keep,
        )

    def words(sizes: DeepSizes) -> str:
        return f"3D CNN of preset {sizes.name}: blocks of {', '.join(map(str, sizes.cnn_3d.channels))} channels"

    return DeepDesign(name, lambda sizes: CubeImages(), build, words, clinical)


def _design() -> "DeepDesign":
    return cube_design(NAME, ())


METHOD = MethodEntry(
    name=NAME,
    title="3D CNN",
    needs=(Need.CUBE,),
    columns=(),
    learner="3D convolutional network over the cube of 64 mm, image only. Its reference says that a 3D CNN was used; "
    "layers, widths and schedule are ours",
    source="Table 6, row C (Xiong et al. 2018), without clinical data: AUC 0.776",
    settings=NetworkSettings,
    make=making(_design),
    load=loading(_design),
    network=True,
)
