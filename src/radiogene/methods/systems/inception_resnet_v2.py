"""Inception-ResNet-v2 in place of the inception-attention-resnet (Table 4)."""

from radiogene.methods.nine_view.nine_view_entry import nine_view_entry

METHOD = nine_view_entry(
    name="inception-resnet-v2",
    title="Inception-ResNet-v2",
    backbone="inception-resnet-v2",
    source="Table 4, row Inception-ResNet-v2; Szegedy et al. 2017",
    extra="backbones",
)
