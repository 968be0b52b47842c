"""ResNet50 in place of the inception-attention-resnet (Table 4)."""

from radiogene.methods.nine_view.nine_view_entry import nine_view_entry

METHOD = nine_view_entry(
    name="resnet50",
    title="ResNet50",
    backbone="resnet50",
    source="Table 4, row ResNet50; He et al. 2016",
    extra="backbones",
)
