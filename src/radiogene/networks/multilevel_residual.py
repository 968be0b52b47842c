"""A residual network over the cube whose features come from every level (Table 6, row D)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from radiogene.networks.convolution import CubeConvolution
from radiogene.networks.fully_connected_head import FullyConnectedHead
from radiogene.networks.image_network import ImageNetwork


class ResidualUnit(nn.Module):
    """Two convolutions beside a shortcut, added and rectified.

    Args:
        channels_in: channels of the input map.
        channels_out: channels of the output map.
        stride: step of the first convolution.
    """

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.first = CubeConvolution(channels_in, channels_out, stride=stride)
        self.second = CubeConvolution(channels_out, channels_out, rectified=False)
        same = stride == 1 and channels_in == channels_out
        self.shortcut: nn.Module = (
            nn.Identity()
            if same
            else CubeConvolution(channels_in, channels_out, stride=stride, kernel=1, rectified=False)
        )

    def forward(self, features: Tensor) -> Tensor:
        """The map (B, channels_out, d, h, w).

        Args:
            features: (B, channels_in, D, H, W).
        """
        return torch.relu(self.second(self.first(features)) + self.shortcut(features))


# DEVIATION: the paper names row D's parts (deep, radiomic and clinical features) and nothing of its network. Ours has
# residual stages over the cube; "multi-level" is read as features of every stage's map, averaged, side by side.
class MultilevelResidual(ImageNetwork):
    """Residual stages, each of half the size of the one before; the features are the averages of all their maps.

    Args:
        genes: logits G.
        value_count: radiomic and clinical values K that join; 0 for image only.
        channels: of each stage.
        units: in each stage.
        entry_stride: step of the first convolution; 2 looks at the cube in 2 mm.
        hidden: neurons before the logits.
        dropout_keep: share of the features that dropout keeps.

    Source: paper, Table 6, row D (Li et al., J Thorac Dis 2018;10:6624-35).
    """

    def __init__(
        self,
        genes: int,
        value_count: int,
        *,
        channels: Sequence[int],
        units: int,
        entry_stride: int,
        hidden: int,
        dropout_keep: float,
    ) -> None:
        super().__init__()
        self.entry = CubeConvolution(1, channels[0], stride=entry_stride)
        stages: list[nn.Module] = []
        before = channels[0]
        for width in channels:
            row = [ResidualUnit(before, width, stride=2), *(ResidualUnit(width, width, 1) for _ in range(units - 1))]
            stages.append(nn.Sequential(*row))
            before = width
        self.stages = nn.ModuleList(stages)
        self.feature_count = sum(channels)
        self.head = FullyConnectedHead(self.feature_count, value_count, (hidden,), genes, dropout_keep)

    def features(self, images: Tensor) -> Tensor:
        """The image features (B, C): the averages of every stage's map, side by side.

        Args:
            images: (B, 1, 64, 64, 64), standardised.
        """
        current, levels = self.entry(images), []
        for stage in self.stages:
            current = stage(current)
            levels.append(current.mean(dim=(2, 3, 4)))
        return torch.cat(levels, dim=1)
