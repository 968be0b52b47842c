"""The figures of a row: of external patients at the frozen threshold, or of training patients, cross-fitted."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.decision.calibration import fit_calibration
from radiogene.decision.threshold import youden_threshold
from radiogene.errors import TrainingError
from radiogene.evaluation.bootstrap import BootstrapSettings, with_intervals
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.intervals import delong_auc
from radiogene.evaluation.measure import Measure, undefined
from radiogene.evaluation.metrics import ConfusionMetrics, confusion_metrics
from radiogene.experiments.planned_fit import FitResult
from radiogene.report.numbers import measure_text

BOOTSTRAP = BootstrapSettings()


@dataclass(frozen=True, eq=False)
class RowFigures:
    """What one system reached for one gene in one cohort.

    Attributes:
        measures: by column key.
        patient_ids: K patients with a known label.
        labels: (K,) 1 mutant, 0 wild type.
        scores: (K,) that the AUC is over; of training patients not calibrated, as calibration may make ties.
        probabilities: (K,) calibrated; of training patients by a calibration of other folds.
        calls: (K,) True where the call is mutant.
        folds: (K,) that held each patient out; None where there are none.
        rests_on: which predictions, in words.
    """

    measures: Mapping[str, Measure]
    patient_ids: tuple[str, ...]
    labels: NDArray[np.int8]
    scores: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    calls: NDArray[np.bool_]
    folds: NDArray[np.int64] | None
    rests_on: str

    @property
    def mutants(self) -> int:
        """Patients labelled mutant."""
        return int(self.labels.sum())


def external_figures(result: FitResult, gene: str) -> RowFigures:
    """The figures of the external cohort: DeLong's AUC, and calls at the threshold of the training side.

    Args:
        result: of a fit.
        gene: which gene.
    """
    known = result.external.gene(gene)
    calls = known.probabilities >= result.decision.gene(gene).threshold
    metrics = with_intervals(confusion_metrics(known.labels, calls), BOOTSTRAP)
    return RowFigures(
        measures={"auc": delong_auc(known.labels, known.probabilities), **_of_calls(metrics)},
        patient_ids=_ids(result.external.patient_ids, known.known),
        labels=known.labels,
        scores=known.probabilities,
        probabilities=known.probabilities,
        calls=calls,
        folds=None,
        rests_on=f"external patients, threshold set on {result.held_out.set_on} predictions",
    )


def training_figures(result: FitResult, gene: str) -> RowFigures:
    """The figures of training patients by models that had not seen them.

    With folds the AUC is over pairs within a fold, and each patient is calibrated and called by what the other folds
    give. Without folds the held-out part set the threshold, the calibration and the end of the training, and its
    figures are optimistic; `rests_on` says so.

    Args:
        result: of a fit.
        gene: which gene.
    """
    known, folds_of_all = result.held_out.predictions.gene(gene), result.held_out.folds
    if folds_of_all is None:
        rule = result.decision.gene(gene)
        probabilities = rule.calibration.apply(known.probabilities)
        calls = probabilities >= rule.threshold
        folds, area = None, delong_auc(known.labels, probabilities)
        rests_on = f"{result.held_out.set_on} patients, who also set threshold and stopping: optimistic"
        metrics = _of_calls(with_intervals(confusion_metrics(known.labels, calls), BOOTSTRAP))
    else:
        folds = folds_of_all[known.known]
        area = foldwise_auc(known.labels, known.probabilities, folds, BOOTSTRAP).auc
        rests_on = f"{result.held_out.set_on} patients, threshold of each fold set on the others"
        try:
            probabilities, calls = _cross_fitted(result, gene, known.labels, known.probabilities, folds)
            metrics = _of_calls(with_intervals(confusion_metrics(known.labels, calls), BOOTSTRAP))
        except TrainingError as error:
            probabilities, calls = known.probabilities, np.zeros(known.labels.size, dtype=bool)
            metrics = dict.fromkeys(("accuracy", "sensitivity", "specificity", "f1"), undefined(str(error)))
    return RowFigures(
        measures={"auc": area, **metrics},
        patient_ids=_ids(result.held_out.predictions.patient_ids, known.known),
        labels=known.labels,
        scores=known.probabilities,
        probabilities=probabilities,
        calls=calls,
        folds=folds,
        rests_on=rests_on,
    )


def _cross_fitted(
    result: FitResult,
    gene: str,
    labels: NDArray[np.int8],
    raw: NDArray[np.float64],
    folds: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Probabilities and calls (K,), each by the calibration and threshold that the other folds give."""
    kind = result.decision.gene(gene).calibration.kind
    probabilities, calls = np.empty(raw.shape), np.empty(raw.shape, dtype=bool)
    for number in np.unique(folds):
        own = folds == number
        calibration = fit_calibration(kind, labels[~own], raw[~own])
        threshold = youden_threshold(labels[~own], calibration.apply(raw[~own]))
        probabilities[own] = calibration.apply(raw[own])
        calls[own] = probabilities[own] >= threshold.value
    return probabilities, calls


def _of_calls(metrics: ConfusionMetrics) -> dict[str, Measure]:
    return {
        "accuracy": metrics.accuracy,
        "sensitivity": metrics.sensitivity,
        "specificity": metrics.specificity,
        "f1": metrics.f1,
    }


def _ids(patient_ids: tuple[str, ...], known: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(patient for patient, is_known in zip(patient_ids, known, strict=True) if is_known)


DASH = "-"


def measure_words(measure: Measure) -> str:
    """`0.812 (0.744 to 0.871)`, as in the figures beside the table; a dash where there is no value."""
    return measure_text(measure, undefined=DASH)
