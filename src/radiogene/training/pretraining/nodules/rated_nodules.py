"""The task of telling what columns say of nodules: texture, spiculation, or a gene."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.errors import TrainingError
from radiogene.evaluation.intervals import auc_with_interval
from radiogene.evaluation.measure import Measure
from radiogene.evaluation.predictions import UNKNOWN
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.view_classifier import ViewClassifier
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.batches.batch_plan import BatchPlan
from radiogene.training.fitting.fit import FitOutcome
from radiogene.training.pretraining.nodules.column_labels import column_labels
from radiogene.training.pretraining.nodules.nodule_split import refuse_one_class
from radiogene.training.pretraining.nodules.nodule_task import NoduleTask, OpenedNodules, PartCounts
from radiogene.training.pretraining.nodules.nodule_views import NoduleViews, ViewBatch
from radiogene.training.pretraining.nodules.rating import NoduleRating
from radiogene.training.pretraining.pretraining_module import PretrainingModule
from radiogene.training.pretraining.settings import PretrainingSettings
from radiogene.training.pretraining.task import Evidence, measure_words
from radiogene.training.training_cohort import TrainingCohort, training_cohort

VIEWS_AT_ONCE = 64


class RatedNodules(NoduleTask):
    """The nodules of a store that have a known label in one of the columns.

    Args:
        prepared: patients of a store.
        columns: of its table.

    Raises:
        SettingsError: no such column.
        CohortError: a value that says neither 1 nor 0 nor nothing.
        TrainingError: no known label, or one cube under two patients.
    """

    def __init__(self, prepared: PreparedCohort, columns: tuple[str, ...]) -> None:
        nodules = prepared.by_nodule
        labels = column_labels(nodules, columns)
        for column, own in zip(columns, labels.T, strict=True):
            if (own == UNKNOWN).all():
                raise TrainingError(
                    f"No nodule of the store has a known {column}. Fill the column with 1 and 0 and run `radiogene "
                    "prepare` again, or leave it out (`columns`)."
                )
        super().__init__(prepared, training_cohort(nodules, columns, labels))

    def opened(self, settings: PretrainingSettings, place: Path) -> "OpenedRatedNodules":
        """See `PretrainingTask`."""
        return OpenedRatedNodules(settings, self.cohort)


class OpenedRatedNodules(OpenedNodules):
    """Rated nodules with their split; arguments as `OpenedNodules`."""

    def __init__(self, settings: PretrainingSettings, cohort: TrainingCohort) -> None:
        super().__init__(settings, cohort)
        refuse_one_class(cohort, self.split)
        views = len(settings.view_names)
        self.training = NoduleViews(cohort, self.split.fitting, views)
        self.validation = NoduleViews(cohort, self.split.validation, views)

    def module(self, network: FeatureNetwork, parts: int) -> NoduleRating:
        """See `OpenedTask`."""
        classifier = ViewClassifier(network, len(self.settings.columns), self.settings.sizes.dropout_keep)
        return NoduleRating(classifier, self.settings, self.standardisation, parts)

    def evidence(self, module: PretrainingModule, outcome: FitOutcome, device: torch.device) -> "RatingEvidence":
        """See `OpenedTask`; a nodule's score is the mean over its views."""
        scores = self._scores(cast("NoduleRating", module), device)
        columns = {}
        for number, column in enumerate(self.settings.columns):
            fitting, chosen = (self.cohort.labels[p, number] for p in (self.split.fitting, self.split.validation))
            columns[column] = ColumnEvidence(
                LabelCounts(int((fitting == 1).sum()), int((fitting == 0).sum())),
                LabelCounts(int((chosen == 1).sum()), int((chosen == 0).sum())),
                auc_with_interval(chosen, scores[:, number]),
            )
        return RatingEvidence(columns, self.counts)

    def _scores(self, module: NoduleRating, device: torch.device) -> NDArray[np.float64]:
        """Probabilities (M, G) for the nodules that choose the epoch."""
        module.to(device).eval()
        plan = BatchPlan(self.validation.known, VIEWS_AT_ONCE)
        with torch.inference_mode():
            logits = torch.cat([module.logits(_on(batch, device)).cpu() for batch in self.validation.loader(plan)])
        of_nodule = logits.double().reshape(len(self.split.validation), len(self.settings.view_names), -1).mean(dim=1)
        return torch.sigmoid(of_nodule).numpy()


def _on(batch: ViewBatch, device: torch.device) -> ViewBatch:
    return ViewBatch(batch.nodules._replace(inputs=batch.nodules.inputs.to(device)), batch.views.to(device))


@dataclass(frozen=True)
class LabelCounts:
    """How many nodules have a 1, and how many a 0."""

    ones: int
    zeros: int


@dataclass(frozen=True)
class ColumnEvidence:
    """How a column was learnt.

    Attributes:
        fitting: nodules that fitted the network.
        validation: nodules that chose its epoch.
        auc: of the epoch that was chosen, on the nodules that chose it.
    """

    fitting: LabelCounts
    validation: LabelCounts
    auc: Measure


@dataclass(frozen=True)
class RatingEvidence(Evidence):
    """What is known of a network that tells columns.

    Attributes:
        columns: by name.
        counts: patients and nodules of both parts.
    """

    columns: dict[str, ColumnEvidence]
    counts: PartCounts

    def to_json(self) -> JsonObject:
        """See `Evidence`."""
        return {
            "nodules": {
                **to_json(self.counts),
                "columns": {
                    name: {"fitting": to_json(column.fitting), "validation": to_json(column.validation)}
                    for name, column in self.columns.items()
                },
            },
            "validation": {
                "auc": {name: column.auc.to_json() for name, column in self.columns.items()},
                "chose_the_epoch": True,
            },
        }

    def card_lines(self) -> list[str]:
        """See `Evidence`."""
        lines = [self.counts.card_line()]
        for name, column in self.columns.items():
            ones, zeros = (
                f"{fit} + {chosen}"
                for fit, chosen in (
                    (column.fitting.ones, column.validation.ones),
                    (column.fitting.zeros, column.validation.zeros),
                )
            )
            lines.append(
                f"* {name}: {ones} nodules with 1, {zeros} with 0; validation AUC {measure_words(column.auc)}."
            )
        return [
            *lines,
            "",
            "The validation nodules chose the epoch, so these AUCs are a little too high; a nodule's score is the mean "
            "over its views. A training on any of these nodules is refused: the network has seen their ratings.",
        ]
