"""Which arithmetic `--precision auto` means on this machine."""

from collections.abc import Mapping

import torch

FULL = "32-true"
MIXED = "bf16-mixed"
AUTO = "auto"

BF16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16")
"""Of x86 processors; without them PyTorch takes bf16 too, and is slower than in float32."""


def chosen_precision(precision: str, accelerator: str) -> str:
    """Lightning's name of a precision: as asked, or for `auto` bf16 where the machine multiplies in it, else float32.

    Args:
        precision: one of Lightning's names, or "auto".
        accelerator: Lightning's name: "auto", "cpu", "gpu".
    """
    if precision != AUTO:
        return precision
    if accelerator != "cpu" and torch.cuda.is_available():
        return MIXED if torch.cuda.is_bf16_supported(including_emulation=False) else FULL
    if accelerator != "cpu" and torch.backends.mps.is_available():
        return FULL
    return MIXED if has_bf16(processor_capabilities()) else FULL


def has_bf16(capabilities: Mapping[str, object]) -> bool:
    """Whether a processor multiplies in bf16.

    Args:
        capabilities: as `processor_capabilities` gives them.
    """
    return any(capabilities.get(name) is True for name in BF16_INSTRUCTIONS)


def processor_capabilities() -> Mapping[str, object]:
    """What PyTorch knows of the processor; nothing where this version of PyTorch does not tell."""
    of_processor: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return dict(of_processor)
