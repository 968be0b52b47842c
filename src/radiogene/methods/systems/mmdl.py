"""MMDL: the paper's own network on nine views of a nodule."""

from radiogene.methods.nine_view.nine_view_entry import nine_view_entry

METHOD = nine_view_entry(
    name="mmdl",
    title="MMDL",
    backbone="inception-attention-resnet",
    source='section "Deep learning model"; Tables 2 to 8, row MMDL',
)
