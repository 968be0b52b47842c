"""Features by PyTorch: as trained, or by a copy of the view networks in bf16."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor

from radiogene.model.engines.engine_choice import EngineName, Precision
from radiogene.model.engines.feature_engine import EngineIdentity
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
    """Copies of the view networks whose parameters and maps are bf16; features come back as float32.

    Args:
        networks: of the model's members; they stay as they are.
        device: PyTorch's name of the device of the views.
    """

    identity = EngineIdentity(EngineName.PYTORCH, Precision.BF16, str(torch.__version__))

    def __init__(self, networks: Sequence[MMDL], device: str = "cpu") -> None:
        self._networks = [_in_bf16(network).to(device) for network in networks]

    def view_features(self, member: int, views_bvhw: Tensor) -> Tensor:
        """See `FeatureEngine`."""
        return self._networks[member].view_features(views_bvhw.bfloat16()).float()


def _in_bf16(network: MMDL) -> MMDL:
    """A copy of a network whose trunks are bf16; what is behind the features is shared and not used."""
    kept = {id(module): module for module in (network.branches, network.fusion)}
    twin = copy.deepcopy(network, kept)
    for trunk in (twin.grey_to_rgb, twin.view_networks):
        trunk.bfloat16().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return twin.eval()
