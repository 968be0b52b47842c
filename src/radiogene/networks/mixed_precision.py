"""The parts that stay in float32 where the network around them computes in 16-bit floats: positions, branches, fusion.

bf16 keeps 8 bits of a number. A convolution's sum over many products bears that; a position in a cube would be off by
up to 0.06 mm, and a probability by up to 0.002.
"""

from contextlib import AbstractContextManager

import torch


def is_mixed(device: torch.device) -> bool:
    """Whether 16-bit floats are switched on for a device here (`torch.autocast`)."""
    return torch.amp.is_autocast_available(device.type) and torch.is_autocast_enabled(device.type)


def full_precision(device: torch.device) -> AbstractContextManager[object]:
    """Within it, a device computes in the type that tensors have."""
    return torch.autocast(device.type, enabled=False)
