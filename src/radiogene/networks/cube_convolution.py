"""Convolution of cubes, normalised and rectified: what the networks of rows C and D are made of."""

from torch import Tensor, nn


class CubeConvolution(nn.Module):
    """A 3 x 3 x 3 convolution without bias, batch normalisation, and ReLU unless it is left out.

    Args:
        channels_in: channels of the input map.
        channels_out: channels of the output map.
        stride: step of the window.
        kernel: side of the window.
        rectified: False leaves the ReLU out.
    """

    def __init__(
        self, channels_in: int, channels_out: int, *, stride: int = 1, kernel: int = 3, rectified: bool = True
    ) -> None:
        super().__init__()
        self.convolution = nn.Conv3d(channels_in, channels_out, kernel, stride=stride, padding=kernel // 2, bias=False)
        self.normalisation = nn.BatchNorm3d(channels_out)
        self.activation = nn.ReLU() if rectified else nn.Identity()
        nn.init.kaiming_normal_(self.convolution.weight, nonlinearity="relu")

    def forward(self, features: Tensor) -> Tensor:
        """The map (B, channels_out, d, h, w).

        Args:
            features: (B, channels_in, D, H, W).
        """
        return self.activation(self.normalisation(self.convolution(features)))
