"""Features by trunks that another library compiled for images of one patient at a time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from radiogene.model.engines.feature_engine import EngineIdentity

CompiledTrunk = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Features (P, C) of images (P, 1, S, S), with the number of images that it was compiled for."""


@dataclass(frozen=True)
class ThreadPlan:
    """How a member's trunks share the threads.

    One network's layers are too small to keep two cores busy without waiting for each other; two networks side by side
    are not. What does not fill a row of lanes at the end runs on all threads.

    Attributes:
        lanes: trunks that run side by side.
        threads: of each trunk.
    """

    lanes: int
    threads: tuple[int, ...]

    @classmethod
    def of(cls, trunks: int, threads: int) -> "ThreadPlan":
        """The plan for a number of trunks.

        Args:
            trunks: of one member.
            threads: in all.
        """
        lanes = max(count for count in range(1, min(trunks, threads) + 1) if threads % count == 0)
        side_by_side = trunks - trunks % lanes
        return cls(lanes, tuple(threads // lanes if k < side_by_side else threads for k in range(trunks)))

    @property
    def side_by_side(self) -> int:
        """How many of the trunks, from the first, run in lanes."""
        return len(self.threads) - len(self.threads) % self.lanes


class CompiledEngine:
    """Runs a model's compiled trunks, patient by patient.

    Their size is fixed, which lets a library lay out memory once; one patient's views keep all cores busy already.

    Args:
        members: the trunks of each member: one that all views share, or one for each view.
        plans: by which the trunks of each member were compiled.
        identity: which engine this is.
    """

    def __init__(
        self,
        members: Sequence[Sequence[CompiledTrunk]],
        plans: Sequence[ThreadPlan],
        identity: EngineIdentity,
    ) -> None:
        self._members = tuple(tuple(trunks) for trunks in members)
        self._plans = tuple(plans)
        self.identity = identity

    def view_features(self, member: int, views_bvhw: Tensor) -> Tensor:
        """See `FeatureEngine`."""
        views = np.ascontiguousarray(views_bvhw.cpu().numpy(), dtype=np.float32)
        features = np.stack([self._of_patient(member, patient) for patient in views])
        return torch.from_numpy(features).to(views_bvhw.device)

    def _of_patient(self, member: int, views_vhw: NDArray[np.float32]) -> NDArray[np.float32]:
        """The features (V, C) of one patient's views."""
        trunks, plan = self._members[member], self._plans[member]
        if len(trunks) == 1:
            return trunks[0](views_vhw[:, None])
        images = [view[None, None] for view in views_vhw]
        first = plan.side_by_side
        with ThreadPoolExecutor(plan.lanes) as lanes:
            by_lanes = list(lanes.map(_features, trunks[:first], images[:first]))
        return np.concatenate([*by_lanes, *map(_features, trunks[first:], images[first:])])


def _features(trunk: CompiledTrunk, images: NDArray[np.float32]) -> NDArray[np.float32]:
    return trunk(images)
