"""DenseNet121 in place of the inception-attention-resnet (Table 4)."""

from radiogene.methods.nine_view.nine_view_entry import nine_view_entry

METHOD = nine_view_entry(
    name="densenet121",
    title="DenseNet121",
    backbone="densenet121",
    source="Table 4, row DenseNet121; Huang et al. 2017",
    extra="backbones",
)
