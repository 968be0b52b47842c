"""InceptionV3 in place of the inception-attention-resnet (Table 4)."""

from radiogene.methods.nine_view.nine_view_entry import nine_view_entry

METHOD = nine_view_entry(
    name="inception-v3",
    title="InceptionV3",
    backbone="inception-v3",
    source="Table 4, row InceptionV3; Szegedy et al. 2016",
    extra="backbones",
)
