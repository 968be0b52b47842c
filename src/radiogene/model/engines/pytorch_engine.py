"""Features by PyTorch: as trained, or by a copy of the view networks in bf16."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from radiogene.model.engines.engine_choice import EngineName, Precision
from radiogene.model.engines.feature_engine import EngineIdentity
from radiogene.model.engines.trunk import OPENING_CONVOLUTIONS
from radiogene.networks.folded import folded
from radiogene.networks.mmdl import MMDL


class PytorchEngine:
    """The networks themselves, in float32: what the other engines must equal.

    Args:
        networks: of the model's members, in evaluation mode.
    """

    identity = EngineIdentity(EngineName.PYTORCH, Precision.FLOAT32, str(torch.__version__))

    def __init__(self, networks: Sequence[MMDL]) -> None:
        self._networks = networks

    def view_features(self, member: int, views_bvhw: Tensor) -> Tensor:
        """See `FeatureEngine`."""
        return self._networks[member].view_features(views_bvhw)


class PytorchBf16Engine:
    """Copies of the view networks whose layers behind the opening are bf16; features come back as float32.

    Args:
        networks: of the model's members; they stay as they are.
        device: PyTorch's name of the device of the views.
    """

    identity = EngineIdentity(EngineName.PYTORCH, Precision.BF16, str(torch.__version__))

    def __init__(self, networks: Sequence[MMDL], device: str = "cpu") -> None:
        self._networks = [_in_bf16(network).to(device) for network in networks]

    def view_features(self, member: int, views_bvhw: Tensor) -> Tensor:
        """See `FeatureEngine`."""
        return self._networks[member].view_features(views_bvhw).float()


def _in_bf16(network: MMDL) -> MMDL:
    """A folded copy of a network, with bf16 layers behind the opening of each view network."""
    twin = folded(network).eval()
    for grey_to_rgb, view_network in zip(twin.grey_to_rgb, twin.view_networks, strict=True):
        convolutions = 0
        for layer in (*grey_to_rgb.modules(), *view_network.modules()):
            convolutions += isinstance(layer, nn.Conv2d)
            if convolutions > OPENING_CONVOLUTIONS and next(layer.children(), None) is None:
                layer.bfloat16().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
                layer.register_forward_pre_hook(_as_bf16)
    return twin


def _as_bf16(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """What a bf16 layer takes; a float32 one before it may have given more digits."""
    return tuple(tensor.bfloat16() for tensor in inputs)
