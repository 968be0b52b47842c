"""What a view network is pretrained to do, and on what: the one part in which the kinds of pretraining differ."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader

from radiogene.evaluation.measure import Measure
from radiogene.model.pretrained_folder import PretrainedSettings
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.storage.typed_json import JsonObject
from radiogene.training.batches.batch_plan import BatchPlan
from radiogene.training.fitting.fit import FitOutcome
from radiogene.training.pretraining.pretraining_module import PretrainingModule
from radiogene.training.pretraining.settings import PretrainingSettings


class Examples(Protocol):
    """What a part of the data gives to the fit."""

    @property
    def known(self) -> NDArray[np.bool_]:
        """(N, G) what of N examples counts in the loss."""

    def loader(self, plan: BatchPlan) -> DataLoader[Any]:
        """A loader of the parts of a plan."""


class Evidence(ABC):
    """What a manifest and a card say of the data, and of how well the network learnt."""

    @abstractmethod
    def to_json(self) -> JsonObject:
        """The manifest's part, as plain JSON values; it names no patient."""

    @abstractmethod
    def card_lines(self) -> list[str]:
        """The card's part: entries of a list in Markdown, then an empty line and what else is to say."""


class OpenedTask(ABC):
    """A task with its data at hand.

    Attributes:
        training: weights and scaling are fitted on these.
        validation: these choose the epoch.
        remark: one line on what cannot be used; empty where all can.
    """

    training: Examples
    validation: Examples
    remark: str = ""

    @property
    @abstractmethod
    def description(self) -> PretrainedSettings:
        """What the pretrained network will be."""

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Of the nodules' cubes that fit the network or choose its epoch; none of photographs."""
        return ()

    @abstractmethod
    def module(self, network: FeatureNetwork, parts: int) -> PretrainingModule:
        """What is fitted: the network with a head of its own.

        Args:
            network: with fresh weights.
            parts: into which every optimiser's batch is cut.
        """

    @abstractmethod
    def evidence(self, module: PretrainingModule, outcome: FitOutcome, device: torch.device) -> Evidence:
        """How it went.

        Args:
            module: with the weights of the best epoch.
            outcome: of the fit.
            device: where to compute.
        """


class PretrainingTask(ABC):
    """A task before its data are read.

    Attributes:
        folders: of the data on this machine; no result may lie in one.
    """

    folders: tuple[Path, ...]

    @property
    @abstractmethod
    def identity(self) -> JsonObject:
        """What of the data decides the result; an unfinished pretraining goes on with the same only."""

    @abstractmethod
    def opened(self, settings: PretrainingSettings, place: Path) -> OpenedTask:
        """The task with its data at hand.

        Args:
            settings: of the pretraining.
            place: folder for what is made of the data; it is gone once the result stands.

        Raises:
            SettingsError: data of another kind than the settings mean.
            TrainingError: too few data.
        """


def measure_words(measure: Measure) -> str:
    """Value and interval for a card, or why there is none."""
    if measure.value is None:
        return measure.reason
    interval = measure.interval
    return f"{measure.value:.3f} ({interval.low:.3f} to {interval.high:.3f})" if interval else f"{measure.value:.3f}"
