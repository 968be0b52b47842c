"""A system that reads a table of numbers: out-of-fold predictions, and one fit on all patients for everybody else."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.decision.decision import OUT_OF_FOLD
from radiogene.errors import SettingsError, TrainingError, WeightsError
from radiogene.evaluation.predictions import Predictions
from radiogene.methods.method import FitFolders, Method, Unseen
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.tabular.nested import fitted, fold_numbers, out_of_fold, require_kinds
from radiogene.methods.tabular.patient_numbers import PatientNumbers, patient_numbers
from radiogene.methods.tabular.pipeline import learner_pipeline, predicting_part
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.selection_note import selection_note
from radiogene.methods.trained_system import FEWEST_OF_A_KIND


@dataclass(frozen=True, eq=False)
class FittedSystem:
    """What predicts.

    Attributes:
        radiomic_names: R names, in the order of the values.
        encoder: of the table's columns.
        pipelines: per gene, one per seed; their probabilities are averaged.
        notes: of the fit, in words.
    """

    radiomic_names: tuple[str, ...]
    encoder: ClinicalEncoder
    pipelines: tuple[tuple[Pipeline, ...], ...]
    notes: tuple[str, ...]


class TabularMethod(Method):
    """A tabular system.

    With several seeds the folds are those of the first, so that every unseen prediction is a mean over models of the
    same training part; the seeds differ in forests and inner folds.

    Attributes:
        plan: what it reads and what learns from it.
        settings: of the fit.
        folders: where features are kept; None for a system that was loaded, which keeps none.
        system: what predicts; None before `fit`.
    """

    def __init__(
        self,
        plan: TabularPlan,
        settings: MethodSettings,
        folders: FitFolders | None,
        system: FittedSystem | None = None,
    ) -> None:
        self.plan = plan
        self.settings = settings
        self.folders = folders
        self.system = system
        self._unseen: Unseen | None = None
        if not self.columns and not plan.radiomics:
            raise SettingsError("The system reads columns of the table only, and none is named; name one or more.")

    @property
    def columns(self) -> tuple[str, ...]:
        """Of the table, that it reads."""
        return self.plan.columns(self.settings.clinical)

    def fit(self, cohort: PreparedCohort, labels: NDArray[np.int8]) -> Self:
        """The fitted system; see `Method.fit`."""
        for gene, known in zip(self.settings.genes, labels.T, strict=True):
            require_kinds(known, FEWEST_OF_A_KIND, f"of {gene}")
        folds = fold_numbers(cohort.patient_ids, labels, self.settings.genes, self.settings.folds, self.settings.seed)
        numbers = self._numbers(cohort)
        predicted = np.column_stack([self._mean_over_seeds(numbers, gene_labels, folds) for gene_labels in labels.T])
        self._unseen = Unseen(
            Predictions(cohort.patient_ids, self.settings.genes, predicted, labels), OUT_OF_FOLD, folds
        )
        self.system = self._refit(numbers, labels)
        return self

    def predict_proba(self, cohort: PreparedCohort) -> NDArray[np.float64]:
        """P(mutant) (N, G); see `Method.predict_proba`.

        Raises:
            TrainingError: the system has not been fitted.
            WeightsError: other radiomic features are measured now than the system was fitted on.
        """
        system = self._fitted_system()
        numbers = self._numbers(cohort)
        if numbers.radiomic_names != system.radiomic_names:
            other = sorted(set(numbers.radiomic_names) ^ set(system.radiomic_names))
            raise WeightsError(
                f"Found {len(numbers.radiomic_names)} radiomic features where the system was fitted on "
                f"{len(system.radiomic_names)}; the first that differs is {(other or ['their order'])[0]}. "
                "Use the version of radiogene that fitted it, or fit it again."
            )
        values = numbers.encoded(system.encoder)
        return np.column_stack(
            [np.mean([of.predict_proba(values)[:, 1] for of in gene], axis=0) for gene in system.pipelines]
        )

    @property
    def unseen(self) -> Unseen:
        """Out-of-fold predictions; see `Method.unseen`.

        Raises:
            TrainingError: not fitted here: a saved system does not carry its patients' predictions.
        """
        if self._unseen is None:
            raise TrainingError("The system has not been fitted here; `fit` makes predictions of unseen patients.")
        return self._unseen

    @property
    def notes(self) -> tuple[str, ...]:
        """How many features stayed, and what says nothing."""
        return () if self.system is None else self.system.notes

    def save(self, folder: Path) -> None:
        """Save the system; see `Method.save`."""
        from radiogene.methods.tabular.saved_system import write_system

        write_system(folder, self.plan, self.settings, self._fitted_system())

    def _fitted_system(self) -> FittedSystem:
        """What predicts."""
        if self.system is None:
            raise TrainingError("The system has not been fitted; call `fit` first.")
        return self.system

    def _numbers(self, cohort: PreparedCohort) -> PatientNumbers:
        """The numbers of a cohort's patients."""
        return patient_numbers(cohort, self.columns, radiomics=self.plan.radiomics, folders=self.folders)

    def _makers(self) -> list[Callable[[], Any]]:
        """One maker of a pipeline per seed."""
        return [
            lambda seed=seed: learner_pipeline(  # type: ignore[misc]
                self.plan.learner, seed=seed, elimination_step=self.settings.elimination_step
            )
            for seed in range(self.settings.seed, self.settings.seed + self.settings.seeds)
        ]

    def _mean_over_seeds(
        self, numbers: PatientNumbers, labels: NDArray[np.int8], folds: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """The out-of-fold predictions (N,) of one gene."""
        return np.mean([out_of_fold(numbers.as_seen_by, labels, folds, make) for make in self._makers()], axis=0)

    def _refit(self, numbers: PatientNumbers, labels: NDArray[np.int8]) -> FittedSystem:
        """The system fitted on all patients."""
        encoder = numbers.encoder(np.arange(len(labels)))
        values = numbers.encoded(encoder)
        names = (*numbers.radiomic_names, *(part.name for part in encoder.inputs))
        pipelines, notes = [], list(encoder.notes)
        for gene, gene_labels in zip(self.settings.genes, labels.T, strict=True):
            of_gene = tuple(predicting_part(fitted(values, gene_labels, make)) for make in self._makers())
            notes += selection_note(gene, of_gene, names)
            pipelines.append(of_gene)
        return FittedSystem(numbers.radiomic_names, encoder, tuple(pipelines), tuple(notes))
