"""A published network with a part of its channels: the same layers, each as many times narrower."""

from torch import nn

from radiogene.errors import SettingsError
from radiogene.networks.stem import IMAGE_CHANNELS


# DEVIATION: the paper compares networks at their published widths. At presets smaller than `paper` every channel count
# of a compared network is divided by one number (the image's three stay), because at full width 15 to 54 million
# parameters would stand beside half a million of the paper's network at `tiny`; layers and windows stay as published.
def divide_channels(network: nn.Module, divisor: int) -> None:
    """Divide the channels of every convolution and normalisation by `divisor`.

    Maps that are joined or added have divided channels on every side, so that they still fit.

    Args:
        network: of plain convolutions and normalisations, on the meta device: its numbers are not kept.
        divisor: 1 changes nothing.

    Raises:
        SettingsError: a number of channels that cannot be divided, or a convolution in groups.
    """
    if divisor == 1:
        return
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            _divide_convolution(layer, divisor)
        elif isinstance(layer, nn.BatchNorm2d):
            _divide_normalisation(layer, divisor)


def _divide_convolution(layer: nn.Conv2d, divisor: int) -> None:
    if layer.groups != 1:
        raise SettingsError(f"A convolution in {layer.groups} groups: only those of one group can be made narrower.")
    if layer.in_channels != IMAGE_CHANNELS:
        layer.in_channels = _part(layer.in_channels, divisor)
    layer.out_channels = _part(layer.out_channels, divisor)
    shape = (layer.out_channels, layer.in_channels, *layer.kernel_size)
    layer.weight = nn.Parameter(layer.weight.new_empty(shape))
    if layer.bias is not None:
        layer.bias = nn.Parameter(layer.bias.new_empty(layer.out_channels))


def _divide_normalisation(layer: nn.BatchNorm2d, divisor: int) -> None:
    layer.num_features = _part(layer.num_features, divisor)
    for name, parameter in layer.named_parameters(recurse=False):
        setattr(layer, name, nn.Parameter(parameter.new_empty(layer.num_features)))
    for name, buffer in layer.named_buffers(recurse=False):
        if buffer.ndim == 1:
            setattr(layer, name, buffer.new_empty(layer.num_features))


def _part(channels: int, divisor: int) -> int:
    """The divided number of channels."""
    if channels % divisor:
        raise SettingsError(
            f"{channels} channels cannot be divided by {divisor}: choose a divisor that leaves no rest."
        )
    return channels // divisor
