"""A deep system of Table 6: fits its networks, averages them, and is saved as weights and JSON."""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.decision.decision import ModelKind
from radiogene.errors import SettingsError, TrainingError, WeightsError
from radiogene.evaluation.held_out import INNER_VALIDATION, OUT_OF_FOLD, CrossValidation, HeldOutPredictions
from radiogene.evaluation.predictions import UNKNOWN, Predictions
from radiogene.methods.deep.deep_design import DeepDesign
from radiogene.methods.deep.deep_facts import DeepFacts
from radiogene.methods.deep.deep_fit import deep_members, deep_probabilities
from radiogene.methods.deep.deep_member import (
    DeepMember,
    DeepTraining,
    deep_member,
    held_out_probabilities,
    trained_member,
)
from radiogene.methods.deep.deep_sizes import deep_sizes_of
from radiogene.methods.deep.patient_values import PatientValues, read_values
from radiogene.methods.facts_of_fit import facts_of_fit
from radiogene.methods.method import FitContext, Method
from radiogene.methods.method_settings import NetworkSettings
from radiogene.model.model_folder import WEIGHTS_FILE, ModelFolder
from radiogene.storage.library_versions import library_versions
from radiogene.storage.tensor_file import load_tensors, save_tensors
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.fitting.fit import MemberHistory
from radiogene.training.fitting.run_options import RunOptions, require_machine, training_device
from radiogene.training.fitting.unfinished import UnfinishedTraining
from radiogene.training.members.members import Member

PATIENTS_AT_ONCE = 8
"""Whose images are in memory together in prediction."""


class DeepMethod(Method):
    """A deep system; its probability is the mean over its networks, one for each seed.

    Args:
        design: what tells it from the others.
        settings: of the fit.
        context: of the fit; None for a system that was loaded.
    """

    def __init__(self, design: DeepDesign, settings: NetworkSettings, context: FitContext | None = None) -> None:
        self.design = design
        self.settings = settings
        self.genes = settings.genes
        self.sizes = deep_sizes_of(settings.preset)
        self.kind = design.images(self.sizes)
        self.context = context
        self.members: tuple[DeepMember, ...] = ()
        self._facts: DeepFacts | None = None
        self._held_out: HeldOutPredictions | None = None

    def fit(self, cohort: PreparedCohort, labels: NDArray[np.int8]) -> Self:
        """See `Method`; patients without any known label take no part.

        Raises:
            TrainingError: too few patients of a kind, or a loss that is not a number.
            CohortError: a column is missing or unusable, or an image cannot be read.
            SettingsError: a loaded system, or a state that holds an unfinished fit of another kind.
        """
        if self.context is None:
            raise SettingsError(f"{self.design.name} was loaded from its folder: make a new one to fit it.")
        known = np.flatnonzero((labels != UNKNOWN).any(axis=1))
        if known.size == 0:
            raise TrainingError(f"No patient has a known status of {' or '.join(self.genes)}.")
        options = _options(self.context)
        require_machine(options)
        if options.processes > 1:
            raise SettingsError(f"{self.design.name} is fitted by one process: start it without torchrun.")
        training = self._training(cohort.at(known), labels[known], options, self.context)
        members = deep_members(self.settings, training.patient_ids, training.labels)
        unfinished = UnfinishedTraining(self.context.state, _command(training))
        with unfinished:
            trained = [trained_member(training, member, unfinished.path / member.name) for member in members]
        self._held_out = _held_out(training, members, trained)
        self.members = tuple(done for member, done in zip(members, trained, strict=True) if member.kept)
        common = facts_of_fit(
            self.design.name,
            self.genes,
            self.design.table_columns(self.settings.clinical),
            cohort.at(known),
            looks_at_nodule=self.design.looks_at_nodule,
        )
        fitted = tuple(member.settings for member in self.members)
        self._facts = DeepFacts(**vars(common), preset=self.settings.preset, members=fitted)
        return self

    def member_probabilities(self, cohort: PreparedCohort) -> NDArray[np.float64]:
        """See `Method`.

        Raises:
            SettingsError: it is not fitted.
            CohortError: an image, a segment or a clinical value cannot be used.
        """
        self._require_fitted()
        values = self._values(cohort)
        blocks = [np.zeros((len(self.members), 0, len(self.genes)))]
        for start in range(0, len(cohort), PATIENTS_AT_ONCE):
            positions = np.arange(start, min(start + PATIENTS_AT_ONCE, len(cohort)))
            blocks.append(self._of_members(cohort.at(positions), values.at(positions)))
        return np.concatenate(blocks, axis=1)

    @property
    def is_fitted(self) -> bool:
        """See `Method`."""
        return self._facts is not None

    @property
    def facts(self) -> DeepFacts:
        """See `Method`."""
        if self._facts is None:
            raise SettingsError(f"{self.design.name} is not fitted. Call fit, or load a model folder.")
        return self._facts

    @property
    def clinical(self) -> ClinicalEncoder:
        """See `Method`."""
        self._require_fitted()
        return self.members[0].settings.values.clinical

    @property
    def held_out(self) -> HeldOutPredictions:
        """See `Method`: out of fold, or of the inner validation part where no folds are made; the fit's own only."""
        if self._held_out is None:
            raise SettingsError("Predictions for training patients are known right after the fit only: fit the system.")
        return self._held_out

    @property
    def model_kind(self) -> ModelKind:
        """See `Method`; several seeds are an ensemble where no folds are made."""
        if self.settings.folds:
            return ModelKind.REFIT
        return ModelKind.ENSEMBLE if self.settings.seeds > 1 else ModelKind.SINGLE

    @property
    def notes(self) -> tuple[str, ...]:
        """See `Method`."""
        of_values = [note for member in self.members for note in member.settings.values.clinical.notes]
        return tuple(dict.fromkeys([self.design.sizes_in_words(self.sizes), *of_values]))

    @property
    def description(self) -> tuple[str, ...]:
        """See `Method`."""
        return (f"Network: {self.design.sizes_in_words(self.sizes)}; members: {len(self.members)}.",)

    @property
    def history(self) -> tuple[MemberHistory, ...]:
        """See `Method`."""
        return tuple(
            MemberHistory(f"seed-{self.settings.seed + number}", (member.settings.outcome,))
            for number, member in enumerate(self.members)
        )

    def save(self, folder: Path) -> None:
        """See `Method`; nothing in the file names a patient."""
        self._require_fitted()
        tensors = {
            f"{number}.{name}": tensor
            for number, member in enumerate(self.members)
            for name, tensor in member.network.state_dict().items()
        }
        save_tensors(folder / WEIGHTS_FILE, tensors)

    @classmethod
    def load(cls, design: DeepDesign, folder: ModelFolder) -> "DeepMethod":
        """The system in a model folder.

        Args:
            design: of the system that is expected.
            folder: whose files were checked.

        Raises:
            WeightsError: the weights are damaged or belong to another system.
        """
        facts = DeepFacts.from_settings(folder.settings, folder.settings_file)
        file = folder.path / WEIGHTS_FILE
        try:
            tensors = load_tensors(file)
        except SafetensorError as error:
            raise WeightsError(f"{file} is damaged: {error}. Copy the whole model folder again.") from error
        method = cls(design, NetworkSettings(genes=facts.genes, preset=facts.preset, seeds=len(facts.members)))
        method._facts = facts
        method.members = tuple(
            deep_member(
                design,
                method.sizes,
                len(facts.genes),
                fitted,
                {n.removeprefix(f"{number}."): t for n, t in tensors.items() if n.startswith(f"{number}.")},
                file,
            )
            for number, fitted in enumerate(facts.members)
        )
        return method

    def _training(
        self, cohort: PreparedCohort, labels: NDArray[np.int8], options: RunOptions, context: FitContext
    ) -> DeepTraining:
        return DeepTraining(
            self.design,
            self.settings,
            self.kind.read(cohort, context.features),
            self.kind,
            self._values(cohort),
            cohort.patient_ids,
            labels,
            options,
        )

    def _values(self, cohort: PreparedCohort) -> PatientValues:
        if self.context is not None:
            return read_values(cohort, self.design.radiomics, self.context.features)
        with tempfile.TemporaryDirectory() as folder:
            return read_values(cohort, self.design.radiomics, Path(folder))

    def _of_members(self, cohort: PreparedCohort, values: PatientValues) -> NDArray[np.float64]:
        """P(mutant) (M, N, G) of a few patients."""
        images, patients = self.kind.read(cohort, None), np.arange(len(cohort))
        device = training_device(_options(self.context))
        each = []
        for member in self.members:
            coded = member.settings.values.encode(values)
            network = member.network.to(device)
            each.append(deep_probabilities(network, self.kind, member.settings.scaling, images, patients, coded))
        return np.array(each, dtype=np.float64)

    def _require_fitted(self) -> None:
        if not self.members:
            raise SettingsError(f"{self.design.name} is not fitted. Call fit, or load a model folder.")


def _options(context: FitContext | None) -> RunOptions:
    """How a fit runs; on the processor where nothing is said."""
    if context is None or context.run is None:
        return RunOptions(accelerator="cpu", progress=False)
    return context.run


def _held_out(training: DeepTraining, members: Sequence[Member], trained: Sequence[DeepMember]) -> HeldOutPredictions:
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
        validation = CrossValidation(training.settings.seed, predictions, folds[held_out])
        return HeldOutPredictions(predictions, OUT_OF_FOLD, (validation,))
    return HeldOutPredictions(predictions, INNER_VALIDATION)


def _command(training: DeepTraining) -> JsonObject:
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
        "settings": to_json(training.settings),
        "run": training.options.of_results(),
        "cohort_sha256": hashlib.sha256(json.dumps(patients, sort_keys=True).encode()).hexdigest(),
        "versions": library_versions(),
    }
