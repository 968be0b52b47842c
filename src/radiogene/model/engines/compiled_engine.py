"""Features by trunks that another library compiled for pictures of one patient at a time."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from radiogene.model.engines.feature_engine import EngineIdentity

CompiledTrunk = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Features (P, C) of pictures (P, 1, S, S), with the number of pictures that it was compiled for."""


class CompiledEngine:
    """Runs a model's compiled trunks, patient by patient.

    Their size is fixed, which lets a library lay out memory once; one patient's views keep all cores busy already.

    Args:
        members: the trunks of each member: one that all views share, or one for each view.
        identity: which engine this is.
    """

    def __init__(self, members: Sequence[Sequence[CompiledTrunk]], identity: EngineIdentity) -> None:
        self._members = tuple(tuple(trunks) for trunks in members)
        self.identity = identity

    def view_features(self, member: int, views_bvhw: Tensor) -> Tensor:
        """See `FeatureEngine`."""
        views = np.ascontiguousarray(views_bvhw.cpu().numpy(), dtype=np.float32)
        features = np.stack([_of_patient(self._members[member], patient) for patient in views])
        return torch.from_numpy(features).to(views_bvhw.device)


def _of_patient(trunks: Sequence[CompiledTrunk], views_vhw: NDArray[np.float32]) -> NDArray[np.float32]:
    """The features (V, C) of one patient's views."""
    if len(trunks) == 1:
        return trunks[0](views_vhw[:, None])
    return np.concatenate([trunk(view[None, None]) for trunk, view in zip(trunks, views_vhw, strict=True)])
