"""The smooth calibration curve: the share of mutants as a smooth function of the probability, with a pointwise band."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from radiogene.evaluation.bootstrap import PATIENT_BOOTSTRAP, BootstrapSettings, draws
from radiogene.evaluation.event_gate import event_gate
from radiogene.evaluation.intervals import Band, percentile_band
from radiogene.evaluation.logistic_recalibration import cut_log_odds, most_likely_coefficients
from radiogene.evaluation.metrics import missing_class
from radiogene.evaluation.usable_scores import refuse_unusable
from radiogene.storage.typed_json import JsonObject

KNOT_QUANTILES = (0.1, 0.5, 0.9)
"""Of the log odds, where the cubic pieces join: three knots, as cohorts here are small.

Source: Harrell, Regression Modeling Strategies, 2nd edition (2015), table 2.3."""

FEWEST_DIFFERENT = 4
"""Different probabilities from which on a curve with three coefficients says anything between them."""

CURVE_POINTS = 50
"""At which the curve is given, evenly from the lowest to the highest probability."""

STEEPEST_LOG_ODDS = 15.0
"""A fitted log odds beyond it means that the classes are separated and the curve has no finite estimate."""

SPLINE = "logistic regression on a restricted cubic spline of the log odds, 3 knots"
LINE = "logistic regression on the log odds, as too few differ for a spline"

ALL_EQUAL = "all probabilities are equal: there is no curve"
NO_FIT = "the regression has no finite estimate: the probabilities separate mutants from wild types"


@dataclass(frozen=True, eq=False)
class SmoothCalibration:
    """The curve at T probabilities within the range of those that were predicted.

    Attributes:
        probability: (T,) predicted, rising.
        share: (T,) of mutants.
        band: around the share; None where a reason says why.
        method: how the curve was fitted, in words.
        patients, mutants: with a known label.
        reason: why there is no curve; empty where there is one.
        band_reason: why there is a curve without a band.
    """

    probability: NDArray[np.float64]
    share: NDArray[np.float64]
    band: Band | None
    method: str
    patients: int
    mutants: int
    reason: str = ""
    band_reason: str = ""

    def to_json(self) -> JsonObject:
        """The curve as plain JSON values, not rounded."""
        return {
            "probability": self.probability.tolist(),
            "share": self.share.tolist(),
            "band": None if self.band is None else self.band.to_json(),
            "method": self.method,
            "patients": self.patients,
            "mutants": self.mutants,
            "reason": self.reason or self.band_reason or None,
        }


def smooth_calibration(
    labels: NDArray[np.int8], probabilities: NDArray[np.float64], settings: BootstrapSettings = BootstrapSettings()
) -> SmoothCalibration:
    """The flexible calibration curve, with a pointwise band where there are events enough.

    The knots are those of all patients in every resample. All resamples are fitted at once; one after the other by a
    library takes a hundred times as long, and gives the same (`tests/evaluation/test_smooth_calibration.py`).

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,) in [0, 1].
        settings: resamples and seed.

    Raises:
        CohortError: arrays of different lengths, or a probability that is no number.

    Source: Van Calster et al., J Clin Epidemiol 74:167 (2016); Austin and Steyerberg, Stat Med 33:517 (2014).
    """
    refuse_unusable(labels, probabilities)
    known = labels >= 0
    labels, log_odds = labels[known], cut_log_odds(probabilities[known])
    mutants, nothing = int(np.sum(labels == 1)), np.empty(0)
    reason = missing_class(labels) or (ALL_EQUAL if np.ptp(log_odds) == 0 else "")
    if reason:
        return SmoothCalibration(nothing, nothing, None, "", labels.size, mutants, reason)
    probability = np.linspace(expit(log_odds.min()), expit(log_odds.max()), CURVE_POINTS)
    knots = np.quantile(log_odds, KNOT_QUANTILES)
    # Standardised, so that Newton's steps are well scaled; a linear map changes no curve.
    centre, scale = log_odds.mean(), log_odds.std()
    points, splined = cut_log_odds(probability), np.unique(log_odds).size >= FEWEST_DIFFERENT
    design, at_points = (
        _columns((of - centre) / scale, (knots - centre) / scale, splined=splined) for of in (log_odds, points)
    )
    method = SPLINE if design.shape[1] > 2 else LINE
    offset = np.zeros(labels.size)
    fit = most_likely_coefficients(design, offset, labels, np.ones((1, labels.size)))
    if np.isnan(fit).any() or np.abs(fit @ design.T).max() > STEEPEST_LOG_ODDS:
        return SmoothCalibration(nothing, nothing, None, method, labels.size, mutants, NO_FIT)
    share = expit(at_points @ fit[0])
    few = event_gate(labels)
    if few:
        return SmoothCalibration(probability, share, None, method, labels.size, mutants, band_reason=few)
    weights = draws(labels.size, settings.resamples, settings.generator()).astype(np.float64)
    resampled = expit(most_likely_coefficients(design, offset, labels, weights) @ at_points.T)
    band = percentile_band(resampled, f"pointwise {PATIENT_BOOTSTRAP}")
    why_not = "" if band is not None else "no band: the curve has no estimate in too many resamples"
    return SmoothCalibration(probability, share, band, method, labels.size, mutants, band_reason=why_not)


def _columns(values: NDArray[np.float64], knots: NDArray[np.float64], *, splined: bool) -> NDArray[np.float64]:
    """Ones, the values and the restricted cubic spline (N, 3); without it (N, 2) where not asked or knots coincide."""
    first, middle, last = knots
    line = np.column_stack([np.ones_like(values), values])
    if not splined or min(middle - first, last - middle) <= 1e-9:
        return line
    cubes = [np.maximum(values - knot, 0.0) ** 3 for knot in knots]
    restricted = cubes[0] - (cubes[1] * (last - first) - cubes[2] * (middle - first)) / (last - middle)
    return np.column_stack([line, restricted / (last - first) ** 2])
