"""Decision curve: what acting on a model's probabilities gains over acting on everybody or on nobody."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import SettingsError
from radiogene.evaluation.bootstrap import PATIENT_BOOTSTRAP, BootstrapSettings, draws
from radiogene.evaluation.event_gate import event_gate
from radiogene.evaluation.intervals import Band, percentile_band
from radiogene.evaluation.metrics import missing_class
from radiogene.evaluation.usable_scores import refuse_unusable
from radiogene.storage.typed_json import JsonObject

DECISION_THRESHOLDS = tuple(percent / 100 for percent in range(1, 100))
"""Threshold probabilities at which net benefit is given; 1 would divide by 0."""


@dataclass(frozen=True, eq=False)
class DecisionCurve:
    """Net benefit at T threshold probabilities, in true mutants per patient.

    Acting on nobody has a net benefit of 0 everywhere.

    Attributes:
        thresholds: (T,) the probability at or above which one acts.
        net_benefit: (T,) of acting on the model.
        treat_all: (T,) of acting on everybody.
        band: around the model's; None where a reason says why.
        patients, mutants: with a known label.
        reason: why there is no curve; empty where there is one.
        band_reason: why there is a curve without a band.
    """

    thresholds: NDArray[np.float64]
    net_benefit: NDArray[np.float64]
    treat_all: NDArray[np.float64]
    band: Band | None
    patients: int
    mutants: int
    reason: str = ""
    band_reason: str = ""

    def to_json(self) -> JsonObject:
        """The curve as plain JSON values, not rounded."""
        return {
            "thresholds": self.thresholds.tolist(),
            "net_benefit": self.net_benefit.tolist(),
            "treat_all": self.treat_all.tolist(),
            "band": None if self.band is None else self.band.to_json(),
            "patients": self.patients,
            "mutants": self.mutants,
            "reason": self.reason or self.band_reason or None,
        }


def decision_curve(
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    thresholds: NDArray[np.float64] | None = None,
    settings: BootstrapSettings = BootstrapSettings(),
) -> DecisionCurve:
    """The net benefit TP / N - FP / N x t / (1 - t) at each threshold probability t, with a pointwise band.

    Its probabilities are taken at their word, so they must be calibrated for the curve to mean anything.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,) in [0, 1].
        thresholds: (T,) from 0 to below 1; 0.01 to 0.99 where None.
        settings: resamples and seed.

    Raises:
        SettingsError: a threshold outside [0, 1).
        CohortError: arrays of different lengths, or a probability that is no number.

    Source: Vickers and Elkin, Med Decis Making 26:565 (2006).
    """
    cuts = np.array(DECISION_THRESHOLDS) if thresholds is None else np.asarray(thresholds, dtype=np.float64)
    require_thresholds(cuts)
    refuse_unusable(labels, probabilities)
    known = labels >= 0
    labels, probabilities = labels[known], probabilities[known]
    reason, mutants = missing_class(labels), int(np.sum(labels == 1))
    if reason:
        nothing = np.empty(0)
        return DecisionCurve(nothing, nothing, nothing, None, labels.size, mutants, reason)
    worth = _worth(labels, cuts)
    gained = gained_by_acting(labels, probabilities, cuts)
    if few := event_gate(labels):
        return DecisionCurve(cuts, gained.mean(axis=0), worth.mean(axis=0), None, labels.size, mutants, band_reason=few)
    drawn = draws(labels.size, settings.resamples, settings.generator()).astype(np.float64)
    band = percentile_band(drawn @ gained / labels.size, f"pointwise {PATIENT_BOOTSTRAP}")
    return DecisionCurve(cuts, gained.mean(axis=0), worth.mean(axis=0), band, labels.size, mutants)


def require_thresholds(thresholds: NDArray[np.float64]) -> None:
    """Refuse a threshold probability that is not from 0 to below 1.

    Raises:
        SettingsError: it names the first.
    """
    wrong = thresholds[~((thresholds >= 0) & (thresholds < 1))]
    if wrong.size:
        raise SettingsError(f"found the threshold probability {wrong[0]}; from 0 to below 1 was expected")


def gained_by_acting(
    labels: NDArray[np.int8], probabilities: NDArray[np.float64], thresholds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What acting on each patient whose probability reaches the threshold adds to the net benefit (N, T).

    Args:
        labels: (N,) 1 mutant, 0 wild type, no unknown.
        probabilities: (N,) in [0, 1].
        thresholds: (T,) from 0 to below 1.
    """
    return np.asarray(_worth(labels, thresholds) * (probabilities[:, None] >= thresholds))


def _worth(labels: NDArray[np.int8], thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    """What acting on each patient is worth (N, T): a mutant 1, a wild type the loss that the threshold implies."""
    return np.where((labels == 1)[:, None], 1.0, -thresholds / (1 - thresholds))
