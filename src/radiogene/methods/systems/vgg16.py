"""VGG16 in place of the inception-attention-resnet (Table 4)."""

from radiogene.methods.nine_view.nine_view_entry import nine_view_entry

METHOD = nine_view_entry(
    name="vgg16",
    title="VGG16",
    backbone="vgg16",
    source="Table 4, row VGG16; Simonyan and Zisserman 2015",
    extra="backbones",
)
