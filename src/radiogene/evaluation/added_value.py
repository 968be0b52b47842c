"""What one model adds to another on the same patients: differences of AUC, log likelihood and net benefit."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.evaluation.bootstrap import PATIENT_BOOTSTRAP, BootstrapSettings, draws
from radiogene.evaluation.decision_curve import gained_by_acting
from radiogene.evaluation.event_gate import gated
from radiogene.evaluation.logistic_recalibration import cut_log_odds
from radiogene.evaluation.measure import Measure, percentile_measure, undefined
from radiogene.evaluation.metrics import missing_class
from radiogene.storage.typed_json import JsonObject


@dataclass(frozen=True)
class AddedValue:
    """Figures of a model minus those of the model that it is compared with.

    Attributes:
        patients: with a known label.
        mutants: of these.
        threshold: the probability at or above which one acts, for the net benefit.
        auc: difference of the AUCs.
        log_likelihood: difference of the mean log likelihood per patient.
        net_benefit: difference in true mutants per patient at the threshold.
    """

    patients: int
    mutants: int
    threshold: float
    auc: Measure
    log_likelihood: Measure
    net_benefit: Measure

    @property
    def is_shown(self) -> bool:
        """True where the whole interval of the difference of AUCs lies above 0."""
        return self.auc.interval is not None and self.auc.interval.low > 0

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        return {
            "patients": self.patients,
            "mutants": self.mutants,
            "threshold": self.threshold,
            "auc": self.auc.to_json(),
            "log_likelihood": self.log_likelihood.to_json(),
            "net_benefit": self.net_benefit.to_json(),
            "shown": self.is_shown,
        }


def added_value(
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    reference: NDArray[np.float64],
    threshold: float,
    folds: NDArray[np.int64] | None = None,
    scores: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    settings: BootstrapSettings = BootstrapSettings(),
) -> AddedValue:
    """The differences with 95% intervals.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,) of the model, calibrated.
        reference: (N,) of the model that it is compared with, calibrated.
        threshold: for the net benefit, above 0 and below 1.
        folds: (N,) of out-of-fold probabilities: the AUC is over pairs within a fold and patients are resampled within
            folds. None for another cohort: paired DeLong.
        scores: of both models before calibration, for the AUC; the probabilities where None.
        settings: resamples and seed.

    Raises:
        CohortError: arrays of different lengths.
    """
    # Imported where something is compared: an answer only reads a comparison, and scipy.stats takes half a second.
    from radiogene.evaluation.comparison import auc_difference
    from radiogene.evaluation.foldwise_comparison import PAIRED_FOLDWISE_BOOTSTRAP, foldwise_comparison

    one, other = (probabilities, reference) if scores is None else scores
    if folds is None:
        auc = auc_difference(labels, one, other).difference
    else:
        auc = gated(foldwise_comparison(labels, one, other, folds, folds, settings).difference, labels)
    known = labels >= 0
    mutant, cuts = labels[known] == 1, np.array([threshold])
    reason = missing_class(labels)
    if reason:
        return AddedValue(int(known.sum()), int(mutant.sum()), threshold, auc, undefined(reason), undefined(reason))
    first, second = probabilities[known], reference[known]
    gains = np.stack(
        [
            _log_likelihood(mutant, first) - _log_likelihood(mutant, second),
            (gained_by_acting(labels[known], first, cuts) - gained_by_acting(labels[known], second, cuts))[:, 0],
        ]
    )
    parts = np.zeros(mutant.size, dtype=np.int64) if folds is None else folds[known]
    method = PATIENT_BOOTSTRAP if folds is None else PAIRED_FOLDWISE_BOOTSTRAP
    resampled = sum(gains[:, own] @ drawn.T for own, drawn in _resamples(parts, settings)) / mutant.size
    likelihood, benefit = (
        percentile_measure(float(gain.mean()), means, method) for gain, means in zip(gains, resampled, strict=True)
    )
    return AddedValue(mutant.size, int(mutant.sum()), threshold, auc, gated(likelihood, labels), gated(benefit, labels))


def _resamples(
    parts: NDArray[np.int64], settings: BootstrapSettings
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.int64]]]:
    """Each part's patients, and how often each of them is drawn (R, n)."""
    generator = settings.generator()
    for number in np.unique(parts):
        own = parts == number
        yield own, draws(int(own.sum()), settings.resamples, generator)


def _log_likelihood(mutant: NDArray[np.bool_], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log likelihood (N,) of each patient."""
    log_odds = cut_log_odds(probabilities)
    return np.asarray(-np.logaddexp(0.0, np.where(mutant, -log_odds, log_odds)))
