"""What both tasks on nodules share: the store, its identity, the split and the standardisation."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.model.pretrained_folder import PretrainedSettings
from radiogene.networks.standardisation import fit_standardisation
from radiogene.storage.typed_json import JsonObject
from radiogene.training.pretraining.nodules.nodule_split import nodule_split
from radiogene.training.pretraining.settings import PretrainingSettings
from radiogene.training.pretraining.task import OpenedTask, PretrainingTask
from radiogene.training.training_cohort import TrainingCohort, store_of


class NoduleTask(PretrainingTask):
    """Nodules of a store.

    Args:
        prepared: patients of the store.
        cohort: those of its nodules that take part.

    Raises:
        TrainingError: the cubes are of no store.
    """

    def __init__(self, prepared: PreparedCohort, cohort: TrainingCohort) -> None:
        source = store_of(prepared)
        self.folders = tuple(place for place in source.places if isinstance(place, Path))
        self.preparation_hash = source.preparation_hash
        self.cohort = cohort

    @property
    def identity(self) -> JsonObject:
        """See `PretrainingTask`; patients stand in it as a digest only."""
        cohort = self.cohort
        patients = [row.patient_id for row in cohort.rows]
        nodules = list(zip(cohort.index, cohort.fingerprints, patients, cohort.labels.tolist(), strict=True))
        digest = hashlib.sha256(json.dumps(nodules).encode()).hexdigest()
        return {"preparation_hash": self.preparation_hash, "nodules_sha256": digest}


@dataclass(frozen=True)
class PartCounts:
    """How many patients and nodules fitted a network, and how many chose its epoch."""

    fitting_patients: int
    fitting_nodules: int
    validation_patients: int
    validation_nodules: int

    def card_line(self) -> str:
        """The entry of a card."""
        return (
            f"* Nodules (fitting + validation): {self.fitting_nodules} + {self.validation_nodules}, of "
            f"{self.fitting_patients} + {self.validation_patients} patients."
        )


class OpenedNodules(OpenedTask):
    """Nodules with their split.

    Args:
        settings: of the pretraining.
        cohort: all nodules.

    Raises:
        TrainingError: too few patients, or cubes without contrast.
    """

    def __init__(self, settings: PretrainingSettings, cohort: TrainingCohort) -> None:
        self.settings, self.cohort = settings, cohort
        self.split = nodule_split(cohort, settings.schedule.validation_share, settings.seed)
        self.standardisation = fit_standardisation(self._cubes(self.split.fitting), window_hu=settings.sizes.window_hu)

    def _cubes(self, positions: NDArray[np.int_]) -> Iterator[NDArray[np.int16]]:
        return (self.cohort.cubes_zyx[np.array([position])][0] for position in positions)

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """See `OpenedTask`."""
        return self.cohort.fingerprints

    @property
    def counts(self) -> PartCounts:
        """Patients and nodules of both parts."""
        patients = np.array([row.patient_id for row in self.cohort.rows])
        fitting, validation = self.split.fitting, self.split.validation
        return PartCounts(len(set(patients[fitting])), len(fitting), len(set(patients[validation])), len(validation))

    @property
    def description(self) -> PretrainedSettings:
        """See `OpenedTask`."""
        counts, settings = self.counts, self.settings
        return PretrainedSettings(
            settings.sizes,
            settings.attention,
            classes=(),
            scaling=None,
            kind=settings.kind,
            columns=settings.columns,
            view_names=settings.view_names,
            standardisation=self.standardisation,
            counts={
                "patients": counts.fitting_patients + counts.validation_patients,
                "nodules": counts.fitting_nodules + counts.validation_nodules,
            },
        )
