"""A fitted system with its thresholds, and how it is trained: who has what it needs, the fit, the decision."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.label_copies import refuse_label_copies
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.decision.calibration import CalibrationKind
from radiogene.decision.decision import Decision, fit_decision
from radiogene.errors import TrainingError
from radiogene.evaluation.patient_labels import patient_label_table
from radiogene.evaluation.predictions import UNKNOWN, Predictions
from radiogene.methods.inputs import available, columns_given
from radiogene.methods.method import FitFolders, Method, MethodEntry, Unseen
from radiogene.methods.method_settings import MethodSettings

FEWEST_OF_A_KIND = 5
"""Mutants, and wild types, below which nothing is trained: a threshold on four mutants is chance."""


@dataclass(frozen=True, eq=False)
class TrainedSystem:
    """A system that answers for patients.

    Attributes:
        entry: which system.
        method: fitted.
        decision: thresholds and calibration, set on patients that the predicting models had not seen.
        left_out: training patients that lack what it needs, and why, in words.
    """

    entry: MethodEntry
    method: Method
    decision: Decision
    left_out: dict[str, int]

    def predict(self, cohort: PreparedCohort) -> Predictions:
        """Calibrated predictions for the patients that have what the system needs; the others are left out.

        Args:
            cohort: any patients, prepared as those of the training.
        """
        asked = cohort.at(available(self.entry, cohort, self.method.settings.clinical).present.nonzero()[0])
        genes = self.method.settings.genes
        raw = self.method.predict_proba(asked) if len(asked) else np.empty((0, len(genes)))
        predictions = Predictions(asked.patient_ids, genes, raw, patient_label_table(asked, genes))
        return self.decision.calibrated(predictions)


def train_system(
    entry: MethodEntry,
    settings: MethodSettings,
    cohort: PreparedCohort,
    folders: FitFolders,
    calibration: CalibrationKind = CalibrationKind.IDENTITY,
) -> tuple[TrainedSystem, Unseen]:
    """The system fitted on the patients that have what it needs, and its predictions for patients it had not seen.

    Args:
        entry: which system.
        settings: of the fit.
        cohort: the training patients.
        folders: where an interrupted fit goes on.
        calibration: fitted, like the thresholds, on the unseen predictions.

    Raises:
        TrainingError: nobody has what it needs, or fewer than five mutants or wild types of a gene do.
        CohortError: a column is missing, unusable or a copy of a label.
    """
    found = available(entry, cohort, settings.clinical)
    chosen = found.present.nonzero()[0]
    if not chosen.size:
        raise TrainingError(f"{entry.title}: no training patient has what it needs: {'; '.join(found.reasons)}.")
    trained_on = cohort.at(chosen)
    known = patient_label_table(trained_on, settings.genes)
    refuse_few_of_a_kind(known, settings.genes, entry.title)
    refuse_label_copies(trained_on.rows, columns_given(entry, settings.clinical), settings.genes)
    method = entry.make(settings, folders).fit(trained_on, known)
    unseen = method.unseen
    decision = fit_decision(unseen.predictions, unseen.set_on, method.model_kind, calibration)
    return TrainedSystem(entry, method, decision, found.reasons), unseen


def refuse_few_of_a_kind(labels: NDArray[np.int8], genes: tuple[str, ...], title: str) -> None:
    """Refuses patients among whom a gene has fewer than five mutants or wild types.

    Args:
        labels: (N, G) of the patients that have what the system needs.
        genes: G names.
        title: of the system.

    Raises:
        TrainingError: naming the gene and the counts.
    """
    for column, gene in enumerate(genes):
        known = labels[labels[:, column] != UNKNOWN, column]
        mutants = int(known.sum())
        if min(mutants, len(known) - mutants) < FEWEST_OF_A_KIND:
            raise TrainingError(
                f"{title}: {mutants} {gene} mutants and {len(known) - mutants} wild types among {len(labels)} patients "
                f"that have what it needs; at least {FEWEST_OF_A_KIND} of each are needed. Add patients, or leave "
                f"{gene} out (--genes)."
            )
