"""The activation maps that a whole model has of one nodule: the mean over its members."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow
from radiogene.explanation.activation_maps import (
    ActivationMaps,
    activation_maps_of_all_genes,
    ensemble_activation_maps,
)
from radiogene.model.inference import sampler_of
from radiogene.model.settings import ModelSettings
from radiogene.networks.mmdl import MMDL
from radiogene.networks.standardisation import standardised


@dataclass(frozen=True, eq=False)
class ExplainedModel:
    """What the maps of a model need of it: a trained model folder or any fitted MMDL has it.

    Attributes:
        networks: one per member, on one device.
        settings: of network and input, with one entry per member.
    """

    networks: tuple[MMDL, ...]
    settings: ModelSettings

    def maps(self, cube_zyx: NDArray[np.int16], row: PatientRow) -> dict[str, ActivationMaps]:
        """Every gene's maps by name.

        Args:
            cube_zyx: (64, 64, 64) int16 HU as stored.
            row: the patient's values.
        """
        settings = self.settings
        device = next(self.networks[0].parameters()).device
        with torch.inference_mode():
            views_hu = sampler_of(settings).to(device)(torch.from_numpy(cube_zyx)[None].to(device))
        members = [
            activation_maps_of_all_genes(
                network,
                standardised(views_hu, member.standardisation),
                torch.from_numpy(member.clinical.encode([row])).to(device),
            )
            for network, member in zip(self.networks, settings.members, strict=True)
        ]
        return {gene: ensemble_activation_maps([maps[gene] for maps in members]) for gene in settings.genes}
