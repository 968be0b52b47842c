"""The companion of a model that reads images: logistic regression on the clinical values alone, and what images add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.row import PatientRow
from radiogene.decision.calibration import (
    Calibration,
    CalibrationKind,
    IdentityCalibration,
    cross_fitted,
    fit_calibration,
)
from radiogene.errors import TrainingError, WeightsError
from radiogene.evaluation.added_value import AddedValue, added_value
from radiogene.evaluation.held_out import HeldOutPredictions
from radiogene.evaluation.predictions import Predictions


@dataclass(frozen=True)
class LogOdds:
    """Log odds that are a sum over the encoder's inputs.

    Attributes:
        intercept: of the training patients' mean.
        coefficients: one per input of the encoder.
    """

    intercept: float
    coefficients: tuple[float, ...]


@dataclass(frozen=True)
class GeneCompanion:
    """One gene of a companion.

    Attributes:
        log_odds: fitted on all training patients, not calibrated.
        calibration: fitted on its out-of-fold predictions, of the model's own kind; none where that cannot be fitted.
        added: by the image: the model against this companion, over pairs within folds, cross-fitted.
    """

    log_odds: LogOdds
    calibration: Calibration
    added: AddedValue


@dataclass(frozen=True)
class ClinicalCompanion:
    """The companion of a model.

    Attributes:
        encoder: of the clinical values, fitted on all training patients.
        genes: by name.
    """

    encoder: ClinicalEncoder
    genes: dict[str, GeneCompanion]

    def __post_init__(self) -> None:
        for name, gene in self.genes.items():
            if len(gene.log_odds.coefficients) != self.encoder.width:
                raise WeightsError(
                    f"{name} has {len(gene.log_odds.coefficients)} coefficients; {self.encoder.width} were expected"
                )

    def probabilities(self, rows: Sequence[PatientRow], gene: str) -> NDArray[np.float64]:
        """P(mutant) (N,), calibrated, of patients of whom only the clinical values are looked at.

        Args:
            rows: N patients.
            gene: which.
        """
        of_gene = self.genes[gene]
        encoded = self.encoder.encode(rows).astype(np.float64)
        log_odds = of_gene.log_odds.intercept + encoded @ np.array(of_gene.log_odds.coefficients, dtype=np.float64)
        return of_gene.calibration.apply(np.asarray(expit(log_odds), dtype=np.float64))


@dataclass(frozen=True)
class ClinicalOnly:
    """What a model folder says of the clinical values alone: a companion, or why there is none.

    Attributes:
        reason: why there is no companion, and how to get one, as a sentence; empty where there is one.
        companion: None where `reason` says why.
    """

    reason: str
    companion: ClinicalCompanion | None

    def __post_init__(self) -> None:
        if (self.companion is None) != bool(self.reason):
            raise WeightsError("a companion without a reason, or a reason in its place, was expected")


BEFORE_COMPANIONS = ClinicalOnly(
    "the model was trained by a version that fitted no companion on the clinical values: train it again", None
)
"""What older folders say."""


def clinical_companion(
    encoder: ClinicalEncoder,
    log_odds: Mapping[str, LogOdds],
    model: HeldOutPredictions,
    alone: HeldOutPredictions,
    kind: CalibrationKind,
) -> ClinicalCompanion:
    """The companion, calibrated as the model is and compared with it on the same folds.

    Args:
        encoder: fitted on all training patients.
        log_odds: per gene, fitted on them.
        model: out-of-fold predictions of the model, with a run per seed.
        alone: those of the companion, of the same patients and folds.
        kind: of both calibrations.

    Raises:
        TrainingError: predictions without folds.
    """
    if model.folds is None:
        raise TrainingError("without folds, nothing of the companion can be calibrated or compared")
    # In the order of the model folder's tables: resamples, and so the intervals, are the same when they are read again.
    order = model.nameless_order
    both = [_in_order(each.predictions, order) for each in (model, alone)]
    fold_of = dict(zip(model.predictions.patient_ids, model.folds.tolist(), strict=True))
    folds = np.array([fold_of[patient] for patient in order], dtype=np.int64)
    genes = {}
    for name in model.predictions.genes:
        own, other = (each.gene(name) for each in both)
        of_known = folds[own.known]
        model_calibrated, _ = _calibrated(kind, own.labels, own.probabilities, of_known)
        alone_calibrated, calibration = _calibrated(kind, own.labels, other.probabilities, of_known)
        prevalence = float((own.labels == 1).mean())
        scores = (own.probabilities, other.probabilities)
        added = added_value(own.labels, model_calibrated, alone_calibrated, prevalence, of_known, scores)
        genes[name] = GeneCompanion(log_odds[name], calibration, added)
    return ClinicalCompanion(encoder, genes)


def _calibrated(
    kind: CalibrationKind, labels: NDArray[np.int8], raw: NDArray[np.float64], folds: NDArray[np.int64]
) -> tuple[NDArray[np.float64], Calibration]:
    """Cross-fitted probabilities (N,) and the calibration of that kind; none where it cannot be fitted.

    Clinical values that tell nothing have no temperature. That must not stop the model from being calibrated.
    """
    try:
        return cross_fitted(kind, labels, raw, folds), fit_calibration(kind, labels, raw)
    except TrainingError:
        return raw, IdentityCalibration()


def recalibrated_companion(
    companion: ClinicalCompanion, model: HeldOutPredictions, alone: HeldOutPredictions, kind: CalibrationKind
) -> ClinicalCompanion:
    """The same companion under another calibration of the model; arguments and errors as `clinical_companion`."""
    log_odds = {name: gene.log_odds for name, gene in companion.genes.items()}
    return clinical_companion(companion.encoder, log_odds, model, alone, kind)


def _in_order(predictions: Predictions, patients: Sequence[str]) -> Predictions:
    """The predictions in the order of these patients."""
    row_of = {patient: row for row, patient in enumerate(predictions.patient_ids)}
    rows = [row_of[patient] for patient in patients]
    return Predictions(tuple(patients), predictions.genes, predictions.probabilities[rows], predictions.labels[rows])
