"""A plain three-dimensional convolutional network over the nodule's cube (Table 6, row C)."""

from collections.abc import Sequence

from torch import Tensor, nn

from radiogene.networks.convolution import CubeConvolution
from radiogene.networks.fully_connected_head import FullyConnectedHead
from radiogene.networks.image_network import ImageNetwork


# DEVIATION: the paper says of row C that a 3D CNN was used, once with clinical data and once without; layers, widths
# and where clinical values join are ours: blocks of convolutions with pooling between them, the last map averaged, the
# values beside its average before two fully connected layers.
class CNN3D(ImageNetwork):
    """Blocks of 3 x 3 x 3 convolutions, each halved by pooling; the last map averaged; fully connected layers.

    Args:
        genes: logits G.
        value_count: values K of a patient that join; 0 for image only.
        channels: of each block.
        convolutions: in each block.
        entry_stride: step of the first convolution; 2 looks at the cube in 2 mm.
        hidden: neurons before the logits.
        dropout_keep: share of the features that dropout keeps.

    Source: paper, Table 6, row C (Xiong et al., Br J Radiol 2018;91:20180334).
    """

    def __init__(
        self,
        genes: int,
        value_count: int,
        *,
        channels: Sequence[int],
        convolutions: int,
        entry_stride: int,
        hidden: int,
        dropout_keep: float,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before, stride = 1, entry_stride
        for number, width in enumerate(channels):
            if number:
                layers.append(nn.MaxPool3d(2))
            for _ in range(convolutions):
                layers.append(CubeConvolution(before, width, stride=stride))
                before, stride = width, 1
        self.layers = nn.Sequential(*layers)
        self.feature_count = channels[-1]
        self.head = FullyConnectedHead(self.feature_count, value_count, (hidden,), genes, dropout_keep)

    def features(self, images: Tensor) -> Tensor:
        """The image features (B, C): the average of the last map.

        Args:
            images: (B, 1, 64, 64, 64), standardised.
        """
        return self.layers(images).mean(dim=(2, 3, 4))
