"""The convolution that turns a grey CT view into the three channels that a pretrained network takes."""

import torch
from torch import Tensor, nn

from radiogene.networks.stem import IMAGE_CHANNELS


class GreyToRgb(nn.Module):
    """A 3 x 3 convolution from one channel to three, which starts by copying the grey channel.

    Source: paper, "Deep learning model", the layer inserted after the input image.
    """

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, IMAGE_CHANNELS, kernel_size=3, padding=1)
        self.copy_grey()

    @torch.no_grad()
    def copy_grey(self, gain: float = 1.0) -> None:
        """Make each of the three channels the grey channel times a gain.

        Args:
            gain: other than 1 where the network behind expects another spread than that of z-scores.
        """
        self.convolution.weight.zero_()
        self.convolution.weight[:, :, 1, 1] = gain
        self.convolution.bias.zero_()  # type: ignore[union-attr]

    def forward(self, grey: Tensor) -> Tensor:
        """Images (B, 3, S, S).

        Args:
            grey: (B, 1, S, S), standardised.
        """
        return self.convolution(grey)
