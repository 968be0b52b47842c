"""Row C of Table 6 with clinical data: the same 3D CNN, clinical values joined (the paper prints an AUC of 0.838)."""

from typing import TYPE_CHECKING

from radiogene.methods.deep.lazy_design import loading, making
from radiogene.methods.method import MethodEntry, Need
from radiogene.methods.method_settings import NetworkSettings
from radiogene.methods.systems.cnn_3d import cube_design

if TYPE_CHECKING:
    from radiogene.methods.deep.deep_design import DeepDesign

NAME = "cnn-3d-clinical"

COLUMNS = ("age", "sex", "smoking")
"""MMDL's; the paper does not say which clinical data row C had."""


def _design() -> "DeepDesign":
    return cube_design(NAME, COLUMNS)


METHOD = MethodEntry(
    name=NAME,
    title="3D CNN + clinical",
    needs=(Need.CUBE, Need.CLINICAL),
    columns=COLUMNS,
    learner="3D convolutional network over the cube of 64 mm; clinical values join before two fully connected layers. "
    "Its reference says that clinical data were added; where, layers, widths and schedule are ours",
    source="Table 6, row C (Xiong et al. 2018), with clinical data: AUC 0.838",
    settings=NetworkSettings,
    make=making(_design),
    load=loading(_design),
    network=True,
)
