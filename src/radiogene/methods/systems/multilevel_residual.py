"""Row D of Table 6: features of a multi-level residual CNN, radiomic features and clinical values, fused."""

from typing import TYPE_CHECKING

from radiogene.methods.deep.lazy_design import loading, making
from radiogene.methods.method import MethodEntry, Need
from radiogene.methods.method_settings import NetworkSettings

if TYPE_CHECKING:
    from radiogene.methods.deep.deep_design import DeepDesign

NAME = "multilevel-residual"

COLUMNS = ("sex", "smoking")
"""The clinical data of row D's reference: gender and smoking history."""


# DEVIATION: row D's reference joins its radiomic, deep and clinical models in a way that the paper does not describe.
# Ours puts image features, the radiomic features that part the classes best among the fitting patients, and clinical
# values side by side before two fully connected layers, and trains all of it at once.
def _design() -> "DeepDesign":
    from radiogene.methods.deep.cube_images import CubeImages
    from radiogene.methods.deep.deep_design import DeepDesign
    from radiogene.methods.deep.deep_sizes import DeepSizes
    from radiogene.networks.image_network import ImageNetwork
    from radiogene.networks.multilevel_residual import MultilevelResidual

    def build(sizes: DeepSizes, genes: int, values: int) -> ImageNetwork:
        size = sizes.multilevel
        return MultilevelResidual(
            genes,
            values,
            channels=size.channels,
            units=size.depth,
            entry_stride=size.entry_stride,
            hidden=size.hidden,
            dropout_keep=sizes.dropout_keep,
        )

    def words(sizes: DeepSizes) -> str:
        channels = ", ".join(map(str, sizes.multilevel.channels))
        return (
            f"residual network of preset {sizes.name}: stages of {channels} channels; at most {sizes.radiomics} "
            "radiomic features, chosen and scaled by the fitting patients"
        )

    return DeepDesign(NAME, lambda sizes: CubeImages(), build, words, COLUMNS, radiomics=True)


METHOD = MethodEntry(
    name=NAME,
    title="Multi-level residual CNN + radiomics + clinical",
    needs=(Need.CUBE, Need.SEGMENT, Need.CLINICAL),
    columns=COLUMNS,
    learner="3D residual network whose features come from every level, with selected radiomic features and clinical "
    "values, fused by fully connected layers. Its reference says which features were joined; network, selection, "
    "fusion and schedule are ours",
    source="Table 6, row D (Li et al. 2018): AUC 0.834",
    settings=NetworkSettings,
    make=making(_design),
    load=loading(_design),
    extra="radiomics",
    network=True,
)
