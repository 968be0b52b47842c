"""A deep system of Table 6: fits its networks, averages them, and is saved as weights and JSON."""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.decision.decision import INNER_VALIDATION, OUT_OF_FOLD, ModelKind
from radiogene.errors import SettingsError, TrainingError, WeightsError
from radiogene.evaluation.predictions import UNKNOWN, Predictions
from radiogene.methods.deep.deep_design import DeepDesign
from radiogene.methods.deep.deep_member import (
    DeepMember,
    DeepTraining,
    held_out_probabilities,
    read_deep_member,
    trained_member,
)
from radiogene.methods.deep.deep_probabilities import deep_probabilities
from radiogene.methods.deep.deep_sizes import deep_sizes_of
from radiogene.methods.deep.deep_split import deep_members
from radiogene.methods.deep.patient_values import PatientValues, read_values
from radiogene.methods.method import FitFolders, Method, Unseen
from radiogene.methods.method_settings import MethodSettings
from radiogene.storage.atomic_files import write_json
from radiogene.storage.checked_files import read_json_object
from radiogene.storage.library_versions import library_versions
from radiogene.training.fitting.run_options import RunOptions, require_machine, training_device
from radiogene.training.fitting.unfinished import UnfinishedTraining
from radiogene.training.members.members import Member

FORMAT = 1
SETTINGS_FILE = "settings.json"
PATIENTS_AT_ONCE = 8
"""Whose images are in memory together in prediction."""


class DeepMethod(Method):
    """A deep system; its probability is the mean over its networks, one for each seed.

    Args:
        design: what tells it from the others.
        settings: of the fit.
        folders: of the fit; None for a system that was loaded.
    """

    def __init__(self, design: DeepDesign, settings: MethodSettings, folders: FitFolders | None = None) -> None:
        self.design = design
        self.settings = settings
        self.sizes = deep_sizes_of(settings.preset)
        self.kind = design.images(self.sizes)
        self.folders = folders
        self.members: tuple[DeepMember, ...] = ()
        self._unseen: Unseen | None = None

    def fit(self, cohort: PreparedCohort, labels: NDArray[np.int8]) -> Self:
        """See `Method`; patients without any known label take no part.

        Raises:
            TrainingError: too few patients of a kind, or a loss that is not a number.
            CohortError: a column is missing or unusable, or an image cannot be read.
            SettingsError: a loaded system, or a folders that holds an unfinished fit of another kind.
        """
        if self.folders is None:
            raise SettingsError(f"{self.design.name} was loaded from its folder: make a new one to fit it.")
        known = np.flatnonzero((labels != UNKNOWN).any(axis=1))
        if known.size == 0:
            raise TrainingError(f"No patient has a known status of {' or '.join(self.settings.genes)}.")
        options = RunOptions(self.settings.accelerator, self.settings.precision, self.folders.progress)
        require_machine(options)
        training = self._training(cohort.at(known), labels[known], options, self.folders)
        members = deep_members(self.settings, training.patient_ids, training.labels)
        unfinished = UnfinishedTraining(self.folders.state / self.design.name, _command(training))
        with unfinished:
            trained = [trained_member(training, member, unfinished.path / member.name) for member in members]
        self._unseen = _unseen(training, members, trained)
        self.members = tuple(done for member, done in zip(members, trained, strict=True) if member.kept)
        unfinished.remove()
        return self

    def predict_proba(self, cohort: PreparedCohort) -> NDArray[np.float64]:
        """See `Method`.

        Raises:
            SettingsError: it is not fitted.
            CohortError: an image, a segment or a clinical value cannot be used.
        """
        self._require_fitted()
        values = self._values(cohort)
        found = [np.zeros((0, len(self.settings.genes)))]
        for start in range(0, len(cohort), PATIENTS_AT_ONCE):
            positions = np.arange(start, min(start + PATIENTS_AT_ONCE, len(cohort)))
            found.append(self._mean_of_members(cohort.at(positions), values.at(positions)))
        return np.concatenate(found)

    @property
    def unseen(self) -> Unseen:
        """See `Method`: out of fold, or of the inner validation part where no folds are made; the fit's own only.

        Raises:
            SettingsError: not fitted here: a saved system keeps no predictions with patients' identifiers.
        """
        if self._unseen is None:
            raise SettingsError("Predictions for training patients are known right after the fit only: fit the system.")
        return self._unseen

    @property
    def model_kind(self) -> ModelKind:
        """See `Method`; several seeds are an ensemble where no folds are made."""
        if self.settings.folds:
            return ModelKind.REFIT
        return ModelKind.ENSEMBLE if self.settings.seeds > 1 else ModelKind.SINGLE

    @property
    def notes(self) -> tuple[str, ...]:
        """See `Method`."""
        of_values = [note for member in self.members for note in member.values.clinical.notes]
        return tuple(dict.fromkeys([self.design.sizes_in_words(self.sizes), *of_values]))

    def save(self, folder: Path) -> None:
        """See `Method`; nothing in the folder names a patient."""
        self._require_fitted()
        members = [member.write(folder / f"member-{number}") for number, member in enumerate(self.members)]
        content = {"format": FORMAT, "system": self.design.name, "settings": self.settings.to_json()}
        write_json(folder / SETTINGS_FILE, {**content, "members": members})

    @classmethod
    def load(cls, design: DeepDesign, folder: Path) -> "DeepMethod":
        """The system that `save` wrote.

        Raises:
            WeightsError: a file is missing or damaged, or belongs to another system.
        """
        content = read_json_object(folder / SETTINGS_FILE)
        if content.get("format") != FORMAT or content.get("system") != design.name:
            raise WeightsError(
                f"{folder / SETTINGS_FILE}: found {content.get('system')!r} in format {content.get('format')!r}; "
                f"expected {design.name!r} in format {FORMAT}."
            )
        if set(content) != {"format", "system", "settings", "members"}:
            raise WeightsError(f"{folder / SETTINGS_FILE}: found the keys {sorted(content)}. Fit the system again.")
        method = cls(design, MethodSettings.from_json(content["settings"]))
        method.members = tuple(
            read_deep_member(design, method.settings, folder / f"member-{number}", member)
            for number, member in enumerate(content["members"])
        )
        return method

    def _training(
        self, cohort: PreparedCohort, labels: NDArray[np.int8], options: RunOptions, folders: FitFolders
    ) -> DeepTraining:
        return DeepTraining(
            self.design,
            self.settings,
            self.kind.read(cohort, folders.features),
            self.kind,
            self._values(cohort),
            cohort.patient_ids,
            labels,
            options,
        )

    def _values(self, cohort: PreparedCohort) -> PatientValues:
        if self.folders is not None:
            return read_values(cohort, self.design.radiomics, self.folders.features)
        with tempfile.TemporaryDirectory() as folder:
            return read_values(cohort, self.design.radiomics, Path(folder))

    def _mean_of_members(self, cohort: PreparedCohort, values: PatientValues) -> NDArray[np.float64]:
        """P(mutant) (N, G) of a few patients."""
        images, patients = self.kind.read(cohort, None), np.arange(len(cohort))
        device = training_device(RunOptions(self.settings.accelerator))
        each = []
        for member in self.members:
            coded = member.values.encode(values)
            network = member.network.to(device)
            each.append(deep_probabilities(network, self.kind, member.scaling, images, patients, coded))
        return np.asarray(np.mean(each, axis=0), dtype=np.float64)

    def _require_fitted(self) -> None:
        if not self.members:
            raise SettingsError(f"{self.design.name} is not fitted. Call fit, or load a folder that save wrote.")


def _unseen(training: DeepTraining, members: Sequence[Member], trained: Sequence[DeepMember]) -> Unseen:
    """The mean prediction of every patient by the members that held it out; of members of folds where there are any."""
    patients, genes = training.labels.shape
    summed, times = np.zeros((patients, genes)), np.zeros(patients, dtype=np.int64)
    folds = np.full(patients, -1, dtype=np.int64)
    for member, done in zip(members, trained, strict=True):
        if training.settings.folds and member.fold is None:
            continue
        positions, probabilities = held_out_probabilities(training, member, done)
        summed[positions] += probabilities
        times[positions] += 1
        if member.fold is not None:
            folds[positions] = member.fold
    held_out = np.flatnonzero(times)
    predictions = Predictions(
        tuple(training.patient_ids[position] for position in held_out),
        training.settings.genes,
        summed[held_out] / times[held_out, None],
        training.labels[held_out],
    )
    if training.settings.folds:
        return Unseen(predictions, OUT_OF_FOLD, folds[held_out])
    return Unseen(predictions, INNER_VALIDATION, None)


def _command(training: DeepTraining) -> dict[str, Any]:
    """Everything that decides the result: an unfinished fit goes on with the same only."""
    radiomics = training.values.radiomics
    patients = {
        "rows": [row.patient_values() for row in training.values.rows],
        "labels": training.labels.tolist(),
        "images": training.images.fingerprint,
        "radiomics": None if radiomics is None else hashlib.sha256(radiomics.values.tobytes()).hexdigest(),
    }
    return {
        "system": training.design.name,
        "settings": {k: v for k, v in training.settings.to_json().items() if k != "accelerator"},
        "cohort_sha256": hashlib.sha256(json.dumps(patients, sort_keys=True).encode()).hexdigest(),
        "versions": library_versions(),
    }
