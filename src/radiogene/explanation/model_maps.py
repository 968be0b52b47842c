"""The activation maps that a whole model has of one nodule: the mean over its members."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow
from radiogene.errors import SettingsError
from radiogene.explanation.activation_maps import (
    ActivationMaps,
    activation_maps_of_all_genes,
    ensemble_activation_maps,
)
from radiogene.methods.method import Method
from radiogene.model.inference import sampler_of
from radiogene.model.nine_view_facts import NineViewFacts
from radiogene.networks.mmdl import MMDL
from radiogene.networks.standardisation import standardised


@dataclass(frozen=True, eq=False)
class ExplainedModel:
    """What the maps of a model need of it: a trained model folder or any fitted MMDL has it.

    Attributes:
        networks: one per member, on one device.
        facts: of network and input, with one entry per member.
    """

    networks: tuple[MMDL, ...]
    facts: NineViewFacts

    def maps(self, cube_zyx: NDArray[np.int16], row: PatientRow) -> dict[str, ActivationMaps]:
        """Every gene's maps by name.

        Args:
            cube_zyx: (64, 64, 64) int16 HU as stored.
            row: the patient's values.
        """
        facts = self.facts
        device = next(self.networks[0].parameters()).device
        with torch.inference_mode():
            views_hu = sampler_of(facts).to(device)(torch.from_numpy(cube_zyx)[None].to(device))
        members = [
            activation_maps_of_all_genes(
                network,
                standardised(views_hu, member.standardisation),
                torch.from_numpy(member.clinical.encode([row])).to(device),
            )
            for network, member in zip(self.networks, facts.members, strict=True)
        ]
        return {gene: ensemble_activation_maps([maps[gene] for maps in members]) for gene in facts.genes}


def explained_model(method: Method) -> ExplainedModel:
    """What the maps of a fitted system need of it.

    Args:
        method: fitted, or loaded from a model folder.

    Raises:
        SettingsError: a system without a network on views.
    """
    from radiogene.methods.nine_view.nine_view_method import NineViewMethod

    if not isinstance(method, NineViewMethod):
        raise SettingsError(
            f"The system {method.facts.method!r} has no network on views, and therefore no activation maps: only MMDL "
            "and the networks in its place have."
        )
    return ExplainedModel(method.networks.networks, method.facts)
