"""Maps from a model's probability to a calibrated one, fitted on training-side predictions and kept as JSON."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from radiogene.errors import TrainingError, WeightsError
from radiogene.evaluation.logistic_recalibration import cut_log_odds
from radiogene.evaluation.metrics import missing_class
from radiogene.evaluation.usable_scores import refuse_unusable
from radiogene.storage.typed_json import OneOf

LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.01, 100.0
"""A best temperature outside these means that the predictions are separated, or in the wrong order."""


class CalibrationKind(StrEnum):
    """How probabilities are calibrated."""

    IDENTITY = "identity"
    """Not at all (default)."""
    TEMPERATURE = "temperature"
    """Log odds divided by one number; keeps the order of patients and therefore the AUC."""
    ISOTONIC = "isotonic"
    """The best rising step curve, joined by lines; makes ties."""


@dataclass(frozen=True)
class IdentityCalibration:
    """Probabilities as the model gives them."""

    kind: Literal[CalibrationKind.IDENTITY] = field(default=CalibrationKind.IDENTITY, kw_only=True)

    def apply(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same probabilities, of any shape."""
        return np.asarray(probabilities, dtype=np.float64)


@dataclass(frozen=True)
class TemperatureCalibration:
    """Log odds divided by a temperature: above 1 it draws probabilities towards 0.5.

    Source: Guo et al., ICML 2017, section 4.2, for two classes.
    """

    kind: Literal[CalibrationKind.TEMPERATURE] = field(default=CalibrationKind.TEMPERATURE, kw_only=True)
    temperature: float

    def __post_init__(self) -> None:
        if not LOWEST_TEMPERATURE <= self.temperature <= HIGHEST_TEMPERATURE:
            raise WeightsError(
                f"temperature {self.temperature}; from {LOWEST_TEMPERATURE} to {HIGHEST_TEMPERATURE} was expected"
            )

    def apply(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """The calibrated probabilities, of the same shape; log odds are cut at 1e-6 and 1 - 1e-6."""
        return np.asarray(expit(cut_log_odds(np.asarray(probabilities, dtype=np.float64)) / self.temperature))


@dataclass(frozen=True)
class IsotonicCalibration:
    """A rising curve through knots, constant outside them.

    Attributes:
        raw: the model's probabilities at the knots, rising.
        calibrated: what they become, never falling.
    """

    kind: Literal[CalibrationKind.ISOTONIC] = field(default=CalibrationKind.ISOTONIC, kw_only=True)
    raw: tuple[float, ...]
    calibrated: tuple[float, ...]

    def __post_init__(self) -> None:
        raw, calibrated = np.asarray(self.raw), np.asarray(self.calibrated)
        inside = all(np.all((v >= 0) & (v <= 1)) for v in (raw, calibrated))
        rising = np.all(np.diff(raw) > 0) and np.all(np.diff(calibrated) >= 0)
        if not raw.size or raw.shape != calibrated.shape or not inside or not rising:
            raise WeightsError(
                f"isotonic calibration with {raw.size} and {calibrated.size} knots; equally many, from 0 to 1, rising "
                "in `raw` and never falling in `calibrated`, were expected"
            )

    def apply(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """The calibrated probabilities, of the same shape."""
        return np.asarray(np.interp(probabilities, self.raw, self.calibrated), dtype=np.float64)


Calibration = Annotated[IdentityCalibration | TemperatureCalibration | IsotonicCalibration, OneOf("kind")]


def fit_calibration(kind: CalibrationKind, labels: NDArray[np.int8], probabilities: NDArray[np.float64]) -> Calibration:
    """The calibration of one gene, fitted on predictions for patients that the model was not fitted on.

    Args:
        kind: which.
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,) the model's, not calibrated.

    Raises:
        TrainingError: one class only, or no finite temperature.
        CohortError: arrays of different lengths, or a probability that is no number.
    """
    refuse_unusable(labels, probabilities)
    if kind is CalibrationKind.IDENTITY:
        return IdentityCalibration()
    reason = missing_class(labels)
    if reason:
        raise TrainingError(
            f"no {kind.value} calibration can be fitted: {reason}; both classes are needed. Take more patients into "
            "the predictions that set it, or choose the calibration `identity`"
        )
    known = labels >= 0
    fit = _fit_temperature if kind is CalibrationKind.TEMPERATURE else _fit_isotonic
    return fit(labels[known], probabilities[known])


def _fit_temperature(labels: NDArray[np.int8], probabilities: NDArray[np.float64]) -> TemperatureCalibration:
    """The temperature of greatest likelihood: where the likelihood's derivative by 1 / temperature is 0."""
    # Imported where a calibration is fitted: a prediction only applies one, and these take half a second to load.
    from scipy.optimize import brentq

    log_odds = cut_log_odds(probabilities)

    def derivative(inverse: float) -> float:
        return float(log_odds @ (labels - expit(inverse * log_odds)))

    lowest, highest = 1 / HIGHEST_TEMPERATURE, 1 / LOWEST_TEMPERATURE
    if derivative(lowest) <= 0 or derivative(highest) >= 0:
        found = "fall as the labels rise" if derivative(lowest) <= 0 else "lie on the right side of 0.5 throughout"
        raise TrainingError(
            f"no temperature between {LOWEST_TEMPERATURE} and {HIGHEST_TEMPERATURE} fits: the {labels.size} "
            f"probabilities {found}; choose the calibration `identity` or `isotonic`"
        )
    return TemperatureCalibration(1 / float(brentq(derivative, lowest, highest, xtol=1e-14, rtol=1e-12)))


def _fit_isotonic(labels: NDArray[np.int8], probabilities: NDArray[np.float64]) -> IsotonicCalibration:
    """The rising curve of least squares, within 1 / (N + 2) of 0 and 1: N patients make nothing certain."""
    from sklearn.isotonic import IsotonicRegression

    margin = 1 / (labels.size + 2)
    curve = IsotonicRegression(y_min=margin, y_max=1 - margin).fit(probabilities, labels.astype(np.float64))
    return IsotonicCalibration(
        tuple(float(x) for x in curve.X_thresholds_), tuple(float(y) for y in curve.y_thresholds_)
    )


def cross_fitted(
    kind: CalibrationKind,
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    folds: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Calibrated probabilities (N,), each by a calibration fitted on the other folds.

    For the calibration figures of a training cohort: a calibration fitted on all of it looks perfect on it.

    Args:
        kind: which calibration.
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (not used in fits, but calibrated).
        probabilities: (N,) out-of-fold, not calibrated.
        folds: (N,) the fold that held each patient out.

    Raises:
        TrainingError: a single fold, or one whose others cannot fit the calibration.
    """
    numbers = np.unique(folds)
    if numbers.size < 2:
        raise TrainingError(f"cross-fitting needs at least two folds; found {numbers.size}")
    calibrated = np.empty(len(probabilities))
    for number in numbers:
        held_out = folds == number
        fitted = fit_calibration(kind, labels[~held_out], probabilities[~held_out])
        calibrated[held_out] = fitted.apply(probabilities[held_out])
    return calibrated
