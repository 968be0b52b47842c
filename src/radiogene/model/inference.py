"""From stored cubes and clinical values to probabilities: one path for validation, evaluation and prediction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from radiogene.cohort.row import PatientRow
from radiogene.ct.nine_views import views_named
from radiogene.model.nine_view_facts import MemberSettings, NineViewFacts
from radiogene.networks.mmdl import MMDL
from radiogene.networks.standardisation import standardised
from radiogene.networks.view_sampling import ViewSampler

BATCH_NODULES = 16


@dataclass(frozen=True, eq=False)
class NetworkOutputs:
    """What one member says of N nodules.

    Attributes:
        probabilities: (N, G) float64, P(mutant) before calibration (Eq. 7-8).
        neurons: (N, V, G, 2) float64, O of every view's branch: wild type, mutant (Eq. 5-6).
        features: (N, 2 C) float32, mean and SD over the views of each feature: what familiarity is measured in.
    """

    probabilities: NDArray[np.float64]
    neurons: NDArray[np.float64]
    features: NDArray[np.float32]

    @classmethod
    def joined(cls, blocks: "Sequence[NetworkOutputs]") -> "NetworkOutputs":
        """Those of blocks of nodules, one after the other."""
        return cls(
            np.concatenate([block.probabilities for block in blocks]),
            np.concatenate([block.neurons for block in blocks]),
            np.concatenate([block.features for block in blocks]),
        )


def sampler_of(facts: NineViewFacts) -> ViewSampler:
    """The view sampler that a model was trained with."""
    return ViewSampler(facts.preset.image_size, facts.view_sampling, views_named(facts.view_names))


def network_outputs(
    network: MMDL,
    sampler: ViewSampler,
    member: MemberSettings,
    cubes_zyx: NDArray[np.int16],
    rows: Sequence[PatientRow],
    view_features: Callable[[Tensor], Tensor] | None = None,
) -> NetworkOutputs:
    """The outputs of one member, in evaluation mode, without gradients.

    Args:
        network: left in evaluation mode.
        sampler: from cubes to views.
        member: its standardisation and clinical coding.
        cubes_zyx: (N, 64, 64, 64) int16 HU as stored.
        rows: N patients' values.
        view_features: computes what `MMDL.view_features` of the network computes, which is taken where None.
    """
    device = next(network.parameters()).device
    network.eval()
    clinical = torch.from_numpy(member.clinical.encode(rows))
    blocks = []
    with torch.inference_mode():
        for start in range(0, len(rows), BATCH_NODULES):
            chosen = slice(start, start + BATCH_NODULES)
            cubes = torch.from_numpy(np.ascontiguousarray(cubes_zyx[chosen])).to(device)
            views = standardised(sampler(cubes), member.standardisation)
            features = network.view_features(views) if view_features is None else view_features(views)
            output = network.from_features(features, clinical[chosen].to(device))
            blocks.append(
                NetworkOutputs(
                    torch.sigmoid(output.fused_logits.double()).cpu().numpy(),
                    torch.sigmoid(output.branch_logits.double()).cpu().numpy(),
                    over_views(features).cpu().numpy(),
                )
            )
    return NetworkOutputs.joined(blocks)


def over_views(features: Tensor) -> Tensor:
    """Mean and SD (N, 2 C) over the views of features (N, V, C), in float32."""
    features = features.float()
    return torch.cat([features.mean(dim=1), features.std(dim=1, correction=0)], dim=1)
