"""Precision-recall curve and average precision: what an AUC hides where mutants are few."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.evaluation.bootstrap import PATIENT_BOOTSTRAP, BootstrapSettings, draws
from radiogene.evaluation.event_gate import gated
from radiogene.evaluation.measure import Measure, percentile_measure, undefined
from radiogene.evaluation.metrics import missing_class
from radiogene.evaluation.usable_scores import refuse_unusable
from radiogene.storage.typed_json import JsonObject


@dataclass(frozen=True, eq=False)
class PrecisionRecallCurve:
    """Precision and recall when the patients at or above each of K probabilities are called mutant.

    Attributes:
        thresholds: (K,) different probabilities, falling.
        recall: (K,) share of the mutants that is called, rising to 1.
        precision: (K,) share of mutants among the called.
        average_precision: precision averaged over the mutants as they are found, with its interval.
        prevalence: share of mutants, which is the average precision of chance; None without patients.
        patients, mutants: with a known label.
    """

    thresholds: NDArray[np.float64]
    recall: NDArray[np.float64]
    precision: NDArray[np.float64]
    average_precision: Measure
    prevalence: float | None
    patients: int
    mutants: int

    def to_json(self) -> JsonObject:
        """The curve as plain JSON values, not rounded."""
        return {
            "thresholds": self.thresholds.tolist(),
            "recall": self.recall.tolist(),
            "precision": self.precision.tolist(),
            "average_precision": self.average_precision.to_json(),
            "prevalence": self.prevalence,
            "patients": self.patients,
            "mutants": self.mutants,
        }


def precision_recall(
    labels: NDArray[np.int8], probabilities: NDArray[np.float64], settings: BootstrapSettings = BootstrapSettings()
) -> PrecisionRecallCurve:
    """The precision-recall curve with the average precision and its bootstrap interval.

    The average precision is the sum of precision times the step in recall, without interpolation, which would be
    optimistic. It grows with the prevalence: compare it with `prevalence`, and never across cohorts.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,) any score that grows with P(mutant).
        settings: resamples and seed.

    Raises:
        CohortError: arrays of different lengths, or a score that is no number.

    Source: Davis and Goadrich, ICML 2006, on interpolation.
    """
    refuse_unusable(labels, probabilities)
    known = labels >= 0
    labels, probabilities = labels[known], probabilities[known]
    reason, mutants = missing_class(labels), int(np.sum(labels == 1))
    if reason:
        nothing, share = np.empty(0), mutants / labels.size if labels.size else None
        return PrecisionRecallCurve(nothing, nothing, nothing, undefined(reason), share, labels.size, mutants)
    levels, membership = np.unique(-probabilities, return_inverse=True)
    of_level = np.eye(levels.size)[membership]
    mutants_of_level = of_level * (labels == 1)[:, None]
    ones = np.ones((1, labels.size))
    found, called = (np.cumsum(ones @ each, axis=1)[0] for each in (mutants_of_level, of_level))
    drawn = draws(labels.size, settings.resamples, settings.generator()).astype(np.float64)
    resampled = _average_precision(drawn @ mutants_of_level, drawn @ of_level)
    value = float(_average_precision(ones @ mutants_of_level, ones @ of_level)[0])
    return PrecisionRecallCurve(
        -levels,
        found / mutants,
        found / called,
        gated(percentile_measure(value, resampled, PATIENT_BOOTSTRAP), labels),
        mutants / labels.size,
        labels.size,
        mutants,
    )


def _average_precision(mutants: NDArray[np.float64], patients: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average precision (R,) from mutants and patients (R, K) at each probability, falling; NaN without a mutant."""
    called, total = np.cumsum(patients, axis=1), mutants.sum(axis=1)
    precision = np.divide(np.cumsum(mutants, axis=1), called, out=np.zeros_like(called), where=called > 0)
    return np.divide((mutants * precision).sum(axis=1), total, out=np.full_like(total, np.nan), where=total > 0)
