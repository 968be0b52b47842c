"""The networks of a nine-view model: read from its folder or right after a fit, asked about cubes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch import Tensor

from radiogene.cohort.row import PatientRow
from radiogene.errors import WeightsError
from radiogene.model.engines.feature_engine import FeatureEngine
from radiogene.model.engines.pytorch_engine import PytorchEngine
from radiogene.model.inference import NetworkOutputs, network_outputs, sampler_of
from radiogene.model.model_folder import WEIGHTS_FILE, ModelFolder, read_model_folder
from radiogene.model.nine_view_facts import NineViewFacts
from radiogene.networks.finite_weights import refuse_not_finite
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import build_mmdl
from radiogene.storage.tensor_file import load_tensors


@dataclass(frozen=True, eq=False)
class NineViewModel:
    """The networks of a model folder, and what export, engines and activation maps must know of it.

    Attributes:
        facts: sizes, views, scaling.
        networks: one per member, in evaluation mode on the CPU.
        folder: that they were read from.
    """

    facts: NineViewFacts
    networks: tuple[MMDL, ...]
    folder: ModelFolder

    @property
    def weights_sha256(self) -> str:
        """Of `model.safetensors`."""
        return self.folder.weights_sha256


def read_nine_view_model(path: Path) -> NineViewModel:
    """The networks in a model folder, checked against its own hashes.

    Args:
        path: a folder that `radiogene train` wrote of MMDL or of another network in its place.

    Raises:
        WeightsError: a folder of another kind of system; a file that is missing, damaged, changed, of another format or
            for another network.
    """
    return nine_view_model(read_model_folder(path))


def nine_view_model(folder: ModelFolder) -> NineViewModel:
    """The networks in a model folder that was checked already.

    Raises:
        WeightsError: see `read_nine_view_model`.
    """
    if "view_names" not in folder.settings:
        raise WeightsError(
            f"{folder.path} holds the system {folder.method!r}, which has no network on nine views: only those of "
            "MMDL and of the networks in its place can be exported, run by another engine or explained by maps."
        )
    facts = NineViewFacts.from_settings(folder.settings, folder.settings_file)
    weights = folder.path / WEIGHTS_FILE
    try:
        tensors = load_tensors(weights)
    except SafetensorError as error:
        raise WeightsError(f"{weights} is damaged: {error}. Copy the whole model folder again.") from error
    states = [
        {name.removeprefix(f"{member}."): t for name, t in tensors.items() if name.startswith(f"{member}.")}
        for member in range(len(facts.members))
    ]
    return NineViewModel(facts, built_networks(facts, states, weights), folder)


def built_networks(facts: NineViewFacts, states: Sequence[Mapping[str, Tensor]], source: Path) -> tuple[MMDL, ...]:
    """Networks with the weights of their members, in evaluation mode on the CPU, without gradients.

    Args:
        facts: sizes, and the members' clinical coding.
        states: parameters by name, one for each member.
        source: of the weights, for messages.

    Raises:
        WeightsError: weights of another network, or values that are not finite.
    """
    networks = []
    for fitted, state in zip(facts.members, states, strict=True):
        # Without memory or fresh weights at first: those of the paper's network take seconds to draw.
        with torch.device("meta"):
            network = build_mmdl(
                facts.preset,
                facts.genes,
                clinical_count=fitted.clinical.width,
                views=len(facts.view_names),
                attention=facts.attention,
                clinical_at=facts.clinical_at,
            )
        network.to_empty(device="cpu")
        try:
            network.load_state_dict(state, strict=True)
        except RuntimeError as error:
            reason = str(error).splitlines()[-1].strip()
            raise WeightsError(f"{source} holds weights of another network than settings.json: {reason}") from error
        networks.append(network.eval())
    for network in networks:
        network.requires_grad_(False)
        refuse_not_finite(network, source)
    return tuple(networks)


class NineViewNetworks:
    """Networks that answer with probabilities before calibration and decision.

    Args:
        facts: sizes, views, scaling.
        networks: one per member.
        device: PyTorch's name of a device.
        engine: what computes the views' features; None is PyTorch in float32, on the device.
    """

    def __init__(
        self,
        facts: NineViewFacts,
        networks: Sequence[MMDL],
        device: str = "cpu",
        engine: FeatureEngine | None = None,
    ) -> None:
        self.facts = facts
        self.sampler = sampler_of(facts).to(device)
        self.networks = tuple(network.to(device) for network in networks)
        self.engine = PytorchEngine(self.networks) if engine is None else engine

    def member_outputs(self, cubes_zyx: NDArray[np.int16], rows: Sequence[PatientRow]) -> list[NetworkOutputs]:
        """What each member says of N nodules.

        Args:
            cubes_zyx: (N, 64, 64, 64) int16 HU as stored.
            rows: N patients' values.
        """
        members = zip(self.networks, self.facts.members, strict=True)
        return [
            network_outputs(network, self.sampler, member, cubes_zyx, rows, partial(self.engine.view_features, number))
            for number, (network, member) in enumerate(members)
        ]

    def member_probabilities(self, cubes_zyx: NDArray[np.int16], rows: Sequence[PatientRow]) -> NDArray[np.float64]:
        """P(mutant) (M, N, G) of M members before calibration; arguments as `member_outputs`."""
        return np.stack([output.probabilities for output in self.member_outputs(cubes_zyx, rows)])
