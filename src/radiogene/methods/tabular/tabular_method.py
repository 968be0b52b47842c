"""A system that reads a table of numbers: out-of-fold predictions, and one fit on all patients for everybody else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.decision.familiarity import (
    NO_FEATURES,
    Familiarity,
    HeldOutDistances,
    TypicalFeatures,
    familiarity_of,
)
from radiogene.errors import SettingsError, WeightsError
from radiogene.evaluation.class_counts import refuse_few_of_a_class
from radiogene.evaluation.held_out import OUT_OF_FOLD, CrossValidation, HeldOutPredictions
from radiogene.evaluation.predictions import Predictions
from radiogene.methods.estimator_file import read_estimators, write_estimators
from radiogene.methods.facts_of_fit import facts_of_fit
from radiogene.methods.method import OF_THE_NODULE, FitContext, MemberOutputs, Method
from radiogene.methods.method_settings import EliminationSettings, MethodSettings
from radiogene.methods.tabular.nested import fitted, fold_numbers, out_of_fold
from radiogene.methods.tabular.patient_numbers import PatientNumbers, patient_numbers
from radiogene.methods.tabular.pipeline import learner_pipeline, predicting_part
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.selection_note import selection_note
from radiogene.model.facts import ModelFacts
from radiogene.model.model_folder import ESTIMATORS_FILE, ModelFolder

FEWEST_OF_A_CLASS = 5
"""Mutants, and wild types, below which nothing is fitted: a threshold on four mutants is chance."""


@dataclass(frozen=True, kw_only=True)
class TabularFacts(ModelFacts):
    """What predicts, beside the estimators.

    Attributes:
        radiomic_names: R names, in the order of the values.
        encoder: of the table's columns.
        notes: of the fit, in words.
        seeds: estimators per gene; their probabilities are averaged.
    """

    radiomic_names: tuple[str, ...]
    encoder: ClinicalEncoder
    notes: tuple[str, ...]
    seeds: int


Pipelines = tuple[tuple[Pipeline, ...], ...]
"""Per gene, one per seed."""


class TabularMethod(Method):
    """A tabular system.

    With several seeds the folds are those of the first, so that every held-out prediction is a mean over models of the
    same training part; the seeds differ in forests and inner folds.

    Args:
        plan: what it reads and what learns from it.
        settings: of the fit; None for a system that was loaded.
        context: of the fit; None keeps no features.

    Raises:
        SettingsError: it reads columns of the table only, and none is named.
    """

    def __init__(self, plan: TabularPlan, settings: MethodSettings | None, context: FitContext | None = None) -> None:
        self.plan = plan
        self._settings = settings
        self._context = context
        self._facts: TabularFacts | None = None
        self._pipelines: Pipelines = ()
        self._held_out: HeldOutPredictions | None = None
        self._familiarity = NO_FEATURES
        if settings is not None:
            self.genes = settings.genes
            self.columns = plan.columns(settings.clinical)
            if not self.columns and not plan.radiomics:
                raise SettingsError("The system reads columns of the table only, and none is named: name `clinical`.")

    @classmethod
    def load(cls, plan: TabularPlan, folder: ModelFolder) -> "TabularMethod":
        """The system in a model folder; it predicts, and is fitted no more.

        Args:
            plan: of the system that is expected.
            folder: whose files were checked.

        Raises:
            WeightsError: other keys, or estimators of another number of features.
        """
        method = cls(plan, None)
        facts = TabularFacts.from_settings(folder.settings, folder.settings_file)
        method._facts, method.genes, method.columns = facts, facts.genes, facts.encoder.columns
        file = folder.path / ESTIMATORS_FILE
        width = len(facts.radiomic_names) + facts.encoder.width
        method._pipelines = _by_gene(read_estimators(file), facts, width, file)
        return method

    def fit(self, cohort: PreparedCohort, labels: NDArray[np.int8]) -> Self:
        """The fitted system; see `Method.fit`."""
        settings = self._required_settings()
        refuse_few_of_a_class(labels, self.genes, FEWEST_OF_A_CLASS, "training cohort")
        folds = fold_numbers(cohort.patient_ids, labels, self.genes, settings.folds, settings.seed)
        numbers = self._numbers(cohort)
        probabilities = np.column_stack(
            [
                self._mean_over_seeds(numbers, of_gene, folds, gene)
                for gene, of_gene in zip(self.genes, labels.T, strict=True)
            ]
        )
        predictions = Predictions(cohort.patient_ids, self.genes, probabilities, labels)
        validation = CrossValidation(settings.seed, predictions, folds)
        self._held_out = HeldOutPredictions(predictions, OUT_OF_FOLD, (validation,))
        self._refit(cohort, numbers, labels)
        self._familiarity = _familiarity(numbers, folds, settings.seeds)
        return self

    def member_outputs(self, cohort: PreparedCohort) -> MemberOutputs:
        """See `Method`: one member for each seed; all see the same numbers.

        Raises:
            SettingsError: the system has not been fitted.
            WeightsError: other radiomic features are measured now than the system was fitted on.
        """
        facts = self.facts
        numbers = self._numbers(cohort)
        if numbers.radiomic_names != facts.radiomic_names:
            other = sorted(set(numbers.radiomic_names) ^ set(facts.radiomic_names))
            raise WeightsError(
                f"Found {len(numbers.radiomic_names)} radiomic features where the system was fitted on "
                f"{len(facts.radiomic_names)}; the first that differs is {(other or ['their order'])[0]}. "
                "Use the version of radiogene that fitted it, or fit it again."
            )
        values = numbers.encoded(facts.encoder)
        each = [[of.predict_proba(values)[:, 1] for of in gene] for gene in self._pipelines]
        return MemberOutputs(np.moveaxis(np.array(each, dtype=np.float64), 0, 2), (values,) * facts.seeds)

    @property
    def is_fitted(self) -> bool:
        """See `Method`."""
        return self._facts is not None

    @property
    def facts(self) -> TabularFacts:
        """See `Method`."""
        if self._facts is None:
            raise SettingsError("The system has not been fitted; call `fit` first.")
        return self._facts

    @property
    def clinical(self) -> ClinicalEncoder:
        """See `Method`."""
        return self.facts.encoder

    @property
    def held_out(self) -> HeldOutPredictions:
        """Out-of-fold predictions; see `Method.held_out`."""
        if self._held_out is None:
            raise SettingsError("Predictions for training patients are known right after the fit only: fit the system.")
        return self._held_out

    @property
    def familiarity(self) -> Familiarity:
        """See `Method`; the features are the encoded numbers themselves."""
        return self._familiarity

    @property
    def notes(self) -> tuple[str, ...]:
        """How many features stayed, and what says nothing."""
        return () if self._facts is None else self._facts.notes

    @property
    def description(self) -> tuple[str, ...]:
        """See `Method`."""
        return (f"Learner: {self.plan.learner.value}.", *self.notes)

    def save(self, folder: Path) -> None:
        """Write the estimators; see `Method.save`."""
        write_estimators(folder / ESTIMATORS_FILE, [pipeline for gene in self._pipelines for pipeline in gene])

    def _required_settings(self) -> MethodSettings:
        if self._settings is None:
            raise SettingsError("This system was loaded from its folder: make a new one to fit it.")
        return self._settings

    def _numbers(self, cohort: PreparedCohort) -> PatientNumbers:
        """The numbers of a cohort's patients."""
        features = None if self._context is None else self._context.features
        return patient_numbers(cohort, self.columns, radiomics=self.plan.radiomics, features=features)

    def _makers(self) -> list[Callable[[], Any]]:
        """One maker of a pipeline per seed."""
        settings = self._required_settings()
        step = settings.elimination_step if isinstance(settings, EliminationSettings) else 0.1
        return [
            lambda seed=seed: learner_pipeline(self.plan.learner, seed=seed, elimination_step=step)  # type: ignore[misc]
            for seed in range(settings.seed, settings.seed + settings.seeds)
        ]

    def _mean_over_seeds(
        self, numbers: PatientNumbers, labels: NDArray[np.int8], folds: NDArray[np.int64], gene: str
    ) -> NDArray[np.float64]:
        """The out-of-fold predictions (N,) of one gene."""
        each = [out_of_fold(numbers.as_seen_by, labels, folds, make, gene) for make in self._makers()]
        mean: NDArray[np.float64] = np.mean(each, axis=0)
        return mean

    def _refit(self, cohort: PreparedCohort, numbers: PatientNumbers, labels: NDArray[np.int8]) -> None:
        """Fits the system on all patients."""
        encoder = numbers.encoder(np.arange(len(labels)))
        values = numbers.encoded(encoder)
        names = (*numbers.radiomic_names, *(part.name for part in encoder.inputs))
        pipelines, notes = [], list(encoder.notes)
        for gene, gene_labels in zip(self.genes, labels.T, strict=True):
            of_gene = tuple(predicting_part(fitted(values, gene_labels, make, gene)) for make in self._makers())
            notes += selection_note(gene, of_gene, names)
            pipelines.append(of_gene)
        common = facts_of_fit(
            self.plan.name,
            self.genes,
            self.columns,
            cohort,
            looks_at_nodule=bool(OF_THE_NODULE & set(self.plan.needs)),
        )
        self._facts = TabularFacts(
            **vars(common),
            radiomic_names=numbers.radiomic_names,
            encoder=encoder,
            notes=tuple(notes),
            seeds=len(pipelines[0]),
        )
        self._pipelines = tuple(pipelines)


def _familiarity(numbers: PatientNumbers, folds: NDArray[np.int64], seeds: int) -> Familiarity:
    """What a new patient's numbers are held against: those of all, and each fold's by the others."""
    held_out = []
    for number in np.unique(folds):
        own = folds == number
        values = numbers.as_seen_by(np.flatnonzero(~own))
        typical = TypicalFeatures.fit(values[~own])
        held_out.append(HeldOutDistances(0, typical, typical.distances(values[own])))
    everybody = np.arange(len(folds))
    of_all = TypicalFeatures.fit(numbers.as_seen_by(everybody))
    return familiarity_of([of_all], held_out, folds_answer=False).repeated(seeds)


def _by_gene(estimators: Sequence[Any], facts: TabularFacts, width: int, file: Path) -> Pipelines:
    """The pipelines per gene, one per seed."""
    widths = [of.n_features_in_ if isinstance(of, Pipeline) else None for of in estimators]
    if widths != [width] * (len(facts.genes) * facts.seeds):
        raise WeightsError(
            f"{file} holds estimators of {widths} features; expected {len(facts.genes)} genes x {facts.seeds} "
            f"seeds of {width}. Copy the whole folder again."
        )
    return tuple(tuple(estimators[start : start + facts.seeds]) for start in range(0, len(estimators), facts.seeds))
