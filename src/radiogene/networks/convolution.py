"""Convolutions without bias, normalised and rectified: of images (Inception-ResNet-v2), and of cubes (rows C and D)."""

from dataclasses import dataclass
from enum import StrEnum

from torch import Tensor, nn

NORMALISATION_EPSILON = 1e-3
"""Added to the variance; Inception-ResNet-v2 as published with its ImageNet weights (framework default: 1e-5)."""

DEFAULT_MOMENTUM = 0.1
"""Share of a batch in the running statistics; only training sees it."""

CHANNEL_STEP = 8
"""Scaled channel counts are multiples of this, as vector units like them; all counts of the original are, so that
width 1 changes none."""


class Padding(StrEnum):
    """What the stem's and the reductions' 3 x 3 windows do at the border of a map."""

    VALID = "valid"
    """Windows stay inside: 299 gives maps of 35, 17 and 8, as in the original."""
    SAME = "same"
    """One row or column of padding: a stride of 2 halves an even map exactly."""

    @property
    def pixels(self) -> int:
        """Pixels of padding on each side of a 3 x 3 window."""
        return 1 if self is Padding.SAME else 0


@dataclass(frozen=True)
class LayerStyle:
    """What all layers of one network share.

    Attributes:
        width: multiplies every channel count of the original; 1 gives the original.
        padding: see `Padding`.
        momentum: share of a batch in the running statistics.
    """

    width: float = 1.0
    padding: Padding = Padding.VALID
    momentum: float = DEFAULT_MOMENTUM

    def channels(self, original: int) -> int:
        """The number of channels that stands for `original` channels at this width; at least 8, a multiple of 8."""
        return max(CHANNEL_STEP, CHANNEL_STEP * round(original * self.width / CHANNEL_STEP))


class NormalisedConvolution(nn.Module):
    """Convolution without bias, batch normalisation, ReLU.

    Args:
        channels_in: channels of the input map.
        channels_out: channels of the output map.
        kernel: window, one side or (rows, columns).
        stride: step of the window.
        padding: pixels around the map, one number or (rows, columns); None keeps the map's size at stride 1.
        momentum: share of a batch in the running statistics.
    """

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel: int | tuple[int, int],
        *,
        stride: int = 1,
        padding: int | tuple[int, int] | None = None,
        momentum: float = DEFAULT_MOMENTUM,
    ) -> None:
        super().__init__()
        rows, columns = (kernel, kernel) if isinstance(kernel, int) else kernel
        if padding is None:
            padding = (rows // 2, columns // 2)
        self.convolution = nn.Conv2d(
            channels_in, channels_out, (rows, columns), stride=stride, padding=padding, bias=False
        )
        self.normalisation = nn.BatchNorm2d(channels_out, eps=NORMALISATION_EPSILON, momentum=momentum)
        self.activation = nn.ReLU(inplace=True)
        nn.init.kaiming_normal_(self.convolution.weight, nonlinearity="relu")

    def forward(self, features: Tensor) -> Tensor:
        """The rectified map (B, channels_out, h, w).

        Args:
            features: (B, channels_in, H, W).
        """
        return self.activation(self.normalisation(self.convolution(features)))


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
