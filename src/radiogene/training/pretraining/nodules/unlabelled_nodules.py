"""The task of telling nodules apart without labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
import torch

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.errors import SettingsError
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.fitting.fit import FitOutcome
from radiogene.training.fitting.process_plans import validation_plan
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.pretraining.nodules.contrast import (
    PROJECTION,
    TEMPERATURE,
    NoduleContrast,
    ViewProjection,
    require_lightly,
)
from radiogene.training.pretraining.nodules.nodule_task import NoduleTask, OpenedNodules, PartCounts
from radiogene.training.pretraining.nodules.nodule_views import nodules_of
from radiogene.training.pretraining.pretraining_module import PretrainingModule
from radiogene.training.pretraining.settings import PretrainingSettings
from radiogene.training.pretraining.task import Evidence
from radiogene.training.training_cohort import TrainingCohort, training_cohort

METHOD = "SimCLR (NT-Xent), lightly"

TAKES_PART = "nodule"
"""The one column of a cohort without labels: every nodule has a 0, which says only that it counts."""


class UnlabelledNodules(NoduleTask):
    """All nodules of a store.

    Args:
        prepared: patients of a store; their labels are not looked at.

    Raises:
        SettingsError: the library is not installed.
        TrainingError: one cube under two patients.
    """

    def __init__(self, prepared: PreparedCohort) -> None:
        require_lightly()
        nodules = prepared.by_nodule
        super().__init__(prepared, training_cohort(nodules, (TAKES_PART,), np.zeros((len(nodules), 1), dtype=np.int8)))

    def opened(self, settings: PretrainingSettings, place: Path) -> "OpenedUnlabelledNodules":
        """See `PretrainingTask`."""
        return OpenedUnlabelledNodules(settings, self.cohort)


class OpenedUnlabelledNodules(OpenedNodules):
    """Nodules with their split; arguments as `OpenedNodules`."""

    def __init__(self, settings: PretrainingSettings, cohort: TrainingCohort) -> None:
        super().__init__(settings, cohort)
        self.training = nodules_of(cohort, self.split.fitting)
        self.validation = nodules_of(cohort, self.split.validation)

    def module(self, network: FeatureNetwork, parts: int) -> NoduleContrast:
        """See `OpenedTask`.

        Raises:
            SettingsError: a batch in parts, which would each be told apart by themselves.
        """
        if parts > 1:
            raise SettingsError(
                "Without labels the nodules of a batch are compared with each other, so a batch stays whole: leave "
                "`accumulate`, `devices` and `nodes` at 1, and take a smaller `batch` where memory is short."
            )
        return NoduleContrast(ViewProjection(network), self.settings, self.standardisation)

    def evidence(self, module: PretrainingModule, outcome: FitOutcome, device: torch.device) -> "ContrastEvidence":
        """See `OpenedTask`."""
        parts = validation_plan(self.validation.known, self.settings.schedule.batch_images, RunOptions())
        return ContrastEvidence(
            self.counts, outcome.best_validation_loss, chance_loss([len(p.positions) for p in parts])
        )


@dataclass(frozen=True)
class ContrastEvidence(Evidence):
    """What is known of a network that tells nodules apart.

    Attributes:
        counts: patients and nodules of both parts.
        loss: NT-Xent of the epoch that was chosen, on the nodules that chose it.
        chance_loss: that of a network to which all nodules look the same.
    """

    counts: PartCounts
    loss: float
    chance_loss: float

    def to_json(self) -> JsonObject:
        """See `Evidence`."""
        return {
            "nodules": to_json(self.counts),
            "method": {"name": METHOD, "temperature": TEMPERATURE, "projection": PROJECTION},
            "validation": {"loss": self.loss, "chance_loss": self.chance_loss, "chose_the_epoch": True},
        }

    def card_lines(self) -> list[str]:
        """See `Evidence`."""
        return [
            self.counts.card_line(),
            f"* Method: {METHOD}. No label was looked at.",
            f"* Validation loss: {self.loss:.3f}; {self.chance_loss:.3f} where all nodules look the same.",
            "",
            "A training may use the same nodules; its manifest says how many they are.",
        ]


def chance_loss(compared: Sequence[int]) -> float:
    """NT-Xent of a network to which all images look the same: the partner is one of all others.

    Args:
        compared: nodules of each part, told apart by themselves.
    """
    return sum(nodules * log(2 * nodules - 1) for nodules in compared) / sum(compared)
