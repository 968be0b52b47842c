"""Brier score, ratio of observed to expected mutants, calibration intercept and slope, and ECE of one gene."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.evaluation.bootstrap import PATIENT_BOOTSTRAP, BootstrapSettings, draws
from radiogene.evaluation.calibration_error import CalibrationError, calibration_error
from radiogene.evaluation.event_gate import gated
from radiogene.evaluation.logistic_recalibration import (
    SMALLEST_PROBABILITY,
    cut_log_odds,
    intercepts_and_slopes,
    intercepts_at_slope_one,
)
from radiogene.evaluation.measure import Measure, percentile_measure, undefined
from radiogene.evaluation.metrics import NO_PATIENTS, missing_class
from radiogene.evaluation.usable_scores import refuse_unusable
from radiogene.storage.typed_json import JsonObject

SEPARATED = "a cut separates mutants from wild types: the slope has no finite estimate"
ALL_EQUAL = "all probabilities are equal: no slope can be fitted"
NOT_CONVERGED = "the logistic regression did not converge"
NONE_EXPECTED = "every probability is 0: no mutant is expected"


@dataclass(frozen=True)
class CalibrationMeasures:
    """How far probabilities can be taken at their word.

    Attributes:
        brier: mean squared difference of probability and label.
        observed_expected: mutants observed over mutants expected (O/E): 1 is right, above 1 where too few are expected.
        slope: of the label on the log odds; 1 is right, below 1 is overconfident.
        intercept: of the same fit; 0 is right when the slope is 1.
        in_the_large: intercept with the slope held at 1; above 0 where mutants are more frequent than predicted.
        error: expected calibration error.
        cut_probabilities: how many probabilities had their log odds cut, being nearer to 0 or 1 than 1e-6.
    """

    brier: Measure
    observed_expected: Measure
    slope: Measure
    intercept: Measure
    in_the_large: Measure
    error: CalibrationError
    cut_probabilities: int

    @property
    def measures(self) -> dict[str, Measure]:
        """Every figure, by the key that files and tables know it by."""
        return {
            "brier": self.brier,
            "observed_expected": self.observed_expected,
            "calibration_slope": self.slope,
            "calibration_intercept": self.intercept,
            "calibration_in_the_large": self.in_the_large,
            "ece": self.error.error,
        }

    def to_json(self) -> JsonObject:
        """All figures as plain JSON values."""
        return {
            **{name: measure.to_json() for name, measure in self.measures.items()},
            "ece": {
                **self.error.error.to_json(),
                "plain": self.error.plain,
                "bins": self.error.bins,
                "expected_if_calibrated": self.error.expected_if_calibrated,
            },
            "probabilities_cut_for_log_odds": self.cut_probabilities,
        }


def calibration_measures(
    labels: NDArray[np.int8], probabilities: NDArray[np.float64], settings: BootstrapSettings = BootstrapSettings()
) -> CalibrationMeasures:
    """Brier score, O/E, calibration slope and intercepts, and expected calibration error, each with its interval.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,) in [0, 1], calibrated if the model is.
        settings: resamples and seed.

    Raises:
        CohortError: arrays of different lengths, or a probability that is no number.
    """
    refuse_unusable(labels, probabilities)
    known = labels >= 0
    labels, probabilities = labels[known], probabilities[known]
    error = calibration_error(labels, probabilities, settings)
    reason = missing_class(labels)
    if not labels.size:
        nothing = undefined(NO_PATIENTS)
        return CalibrationMeasures(nothing, nothing, nothing, nothing, nothing, error, 0)
    weights = draws(labels.size, settings.resamples, settings.generator()).astype(np.float64)
    squares = (probabilities - labels) ** 2
    brier = percentile_measure(float(squares.mean()), weights @ squares / labels.size, PATIENT_BOOTSTRAP)
    brier = gated(brier, labels)
    ratio = _observed_expected(labels, probabilities, weights)
    cut = int(np.sum((probabilities < SMALLEST_PROBABILITY) | (probabilities > 1 - SMALLEST_PROBABILITY)))
    if reason:
        nothing = undefined(reason)
        return CalibrationMeasures(brier, ratio, nothing, nothing, nothing, error, cut)
    log_odds = cut_log_odds(probabilities)
    # The patients as they are stand in row 0, their resamples below.
    rows = np.vstack([np.ones(labels.size), weights])
    lines, levels = intercepts_and_slopes(log_odds, labels, rows), intercepts_at_slope_one(log_odds, labels, rows)
    why_not = ALL_EQUAL if np.ptp(log_odds) == 0 else SEPARATED if _separated(log_odds, labels) else NOT_CONVERGED
    intercept, slope = (gated(_with_resamples(column, why_not), labels) for column in lines.T)
    level = gated(_with_resamples(levels, NOT_CONVERGED), labels)
    return CalibrationMeasures(brier, ratio, slope, intercept, level, error, cut)


def observed_expected(
    labels: NDArray[np.int8], probabilities: NDArray[np.float64], settings: BootstrapSettings = BootstrapSettings()
) -> Measure:
    """Mutants observed over mutants expected, with its interval: the part of `calibration_measures` for a subgroup.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,) in [0, 1].
        settings: resamples and seed.

    Raises:
        CohortError: arrays of different lengths, or a probability that is no number.
    """
    refuse_unusable(labels, probabilities)
    known = labels >= 0
    if not known.any():
        return undefined(NO_PATIENTS)
    weights = draws(int(known.sum()), settings.resamples, settings.generator()).astype(np.float64)
    return _observed_expected(labels[known], probabilities[known], weights)


def _observed_expected(
    labels: NDArray[np.int8], probabilities: NDArray[np.float64], weights: NDArray[np.float64]
) -> Measure:
    """O/E of N patients, with the percentile interval of their resamples (R, N)."""
    expected = weights @ probabilities
    if not probabilities.sum() > 0:
        return undefined(NONE_EXPECTED)
    resampled = np.divide(weights @ labels, expected, out=np.full(len(weights), np.nan), where=expected > 0)
    value = float(labels.sum() / probabilities.sum())
    return gated(percentile_measure(value, resampled, PATIENT_BOOTSTRAP), labels)


def _separated(log_odds: NDArray[np.float64], labels: NDArray[np.int8]) -> bool:
    """True where no mutant lies below a wild type, or none above."""
    mutants, wild_types = log_odds[labels == 1], log_odds[labels == 0]
    return bool(mutants.min() >= wild_types.max() or wild_types.min() >= mutants.max())


def _with_resamples(column: NDArray[np.float64], why_not: str) -> Measure:
    """The first entry with the percentile interval of the others; NaN in it means undefined."""
    if np.isnan(column[0]):
        return undefined(why_not)
    return percentile_measure(float(column[0]), column[1:], PATIENT_BOOTSTRAP)
