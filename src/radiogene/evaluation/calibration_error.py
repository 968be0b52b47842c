"""Expected calibration error by quantile bins, freed of what chance adds to it, with an interval that allows for it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.event_gate import gated
from radiogene.evaluation.measure import INTERVAL_LEVEL, Interval, Measure, undefined
from radiogene.evaluation.metrics import NO_PATIENTS
from radiogene.evaluation.usable_scores import refuse_unusable

CALIBRATION_BINS = 10
"""Bins with equally many patients; equal probabilities share a bin, so there may be fewer."""

LARGEST_FACTOR = 4.0
"""The interval looks at gaps up to this many times those observed."""

BISECTIONS = 20


@dataclass(frozen=True, eq=False)
class CalibrationBins:
    """Patients binned by probability: the calibration curve's points.

    Attributes:
        membership: (N, B) 1 where the patient is in the bin.
        patients: (B,) at least 1.
        mean_probability: (B,).
        mutant_share: (B,).
    """

    membership: NDArray[np.float64]
    patients: NDArray[np.float64]
    mean_probability: NDArray[np.float64]
    mutant_share: NDArray[np.float64]

    @property
    def error(self) -> float:
        """The expected calibration error: mean |mutant share - mean probability|, weighted by patients."""
        gaps = np.abs(self.mutant_share - self.mean_probability)
        return float((self.patients * gaps).sum() / self.patients.sum())


@dataclass(frozen=True)
class CalibrationError:
    """The expected calibration error and what chance alone makes of it.

    Attributes:
        error: freed of the bias, with its interval.
        plain: as it is usually printed: above 0 by chance alone; None without patients.
        expected_if_calibrated: mean error of the same probabilities if they were true; None without patients.
        bins: number of bins that hold patients.
    """

    error: Measure
    plain: float | None
    expected_if_calibrated: float | None
    bins: int


def calibration_bins(
    labels: NDArray[np.int8], probabilities: NDArray[np.float64], bins: int = CALIBRATION_BINS
) -> CalibrationBins:
    """The patients in bins between quantiles of their probabilities.

    Args:
        labels: (N,) 1 mutant, 0 wild type, no unknown; N at least 1.
        probabilities: (N,) in [0, 1].
        bins: how many; bins left empty by ties are dropped.

    Raises:
        CohortError: arrays of different lengths, or a probability that is no number.
    """
    refuse_unusable(labels, probabilities)
    edges = np.quantile(probabilities, np.linspace(0, 1, bins + 1))
    filled, number = np.unique(np.searchsorted(edges[1:-1], probabilities), return_inverse=True)
    membership = np.eye(filled.size)[number]
    patients = membership.sum(axis=0)
    return CalibrationBins(membership, patients, probabilities @ membership / patients, labels @ membership / patients)


def calibration_error(
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    settings: BootstrapSettings,
    bins: int = CALIBRATION_BINS,
) -> CalibrationError:
    """The expected calibration error, freed of its bias, with its interval.

    Chance alone makes the error positive (0.08 for true probabilities of 160 patients), and resampling patients adds
    that bias a second time: its percentile interval never holds 0. So labels are drawn anew from probabilities whose
    gaps are c times those observed. The figure is the error c x error under which half of the drawn errors lie above
    the observed one; the interval is made of those under which the observed one is neither among the lowest nor the
    highest 2.5%. Both take the probabilities as given.

    Args:
        labels: (N,) 1 mutant, 0 wild type, no unknown.
        probabilities: (N,) in [0, 1].
        settings: number of draws and seed.
        bins: how many quantile bins.
    """
    if not labels.size:
        return CalibrationError(undefined(NO_PATIENTS), None, None, 0)
    binned = calibration_bins(labels, probabilities, bins)
    uniform = settings.generator().random((settings.resamples, labels.size))
    inversion = _Inversion(binned, probabilities, uniform)
    tail = (1 - INTERVAL_LEVEL) / 2
    low, high = inversion.error_where(1 - tail), inversion.error_where(tail)
    # Fits that look better than chance allows leave nothing to shrink to: the observed error bounds them.
    interval = Interval(low, max(high, binned.error), "parametric bootstrap of labels, inverted over scaled gaps")
    return CalibrationError(
        gated(Measure(inversion.error_where(0.5), interval), labels),
        binned.error,
        float(inversion.errors(0.0).mean()),
        int(binned.patients.size),
    )


@dataclass(frozen=True, eq=False)
class _Inversion:
    """Errors of labels drawn with the observed gaps scaled; uniform (R, N) is common to all factors."""

    binned: CalibrationBins
    probabilities: NDArray[np.float64]
    uniform: NDArray[np.float64]

    def chances(self, factor: float) -> NDArray[np.float64]:
        """P(mutant) (N,) of patients whose bin's gap is `factor` times the observed one."""
        gaps = self.binned.mutant_share - self.binned.mean_probability
        return np.clip(self.probabilities + factor * (self.binned.membership @ gaps), 0.0, 1.0)

    def errors(self, factor: float) -> NDArray[np.float64]:
        """Calibration errors (R,) of labels drawn with those chances."""
        excess = (self.uniform < self.chances(factor)) - self.probabilities
        return np.asarray(np.abs(excess @ self.binned.membership).sum(axis=1) / self.probabilities.size)

    def error_where(self, quantile: float) -> float:
        """The error without chance at which that quantile of the errors with chance is the observed one."""
        low, high = 0.0, LARGEST_FACTOR
        if np.quantile(self.errors(low), quantile) >= self.binned.error:
            return 0.0
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            if np.quantile(self.errors(middle), quantile) < self.binned.error:
                low = middle
            else:
                high = middle
        excess = (self.chances(high) - self.probabilities) @ self.binned.membership
        return float(np.abs(excess).sum() / self.probabilities.size)
