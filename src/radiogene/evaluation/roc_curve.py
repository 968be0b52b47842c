"""ROC curve with a pointwise band; of a training cohort, the mean of the folds' curves."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import CohortError
from radiogene.evaluation.bootstrap import PATIENT_BOOTSTRAP, BootstrapSettings, draws
from radiogene.evaluation.event_gate import event_gate
from radiogene.evaluation.foldwise import FOLDWISE_BOOTSTRAP
from radiogene.evaluation.intervals import Band, percentile_band
from radiogene.evaluation.measure import INTERVAL_LEVEL
from radiogene.evaluation.metrics import missing_class
from radiogene.evaluation.usable_scores import refuse_unusable
from radiogene.storage.typed_json import JsonObject

BAND_POINTS = 101
"""False positive rates, 0 to 1, at which the band is given."""


@dataclass(frozen=True, eq=False)
class RocCurve:
    """Sensitivity against 1 - specificity over all cuts.

    Attributes:
        false_positive_rate: (K,) never falling, from 0 to 1; K corners.
        true_positive_rate: (K,) never falling.
        band_at: (T,) false positive rates of the band.
        band: of the true positive rate at each of them; None with few events, or where too few resamples have a curve.
        patients, mutants: behind the curve.
        reason: why there is no curve; empty where there is one.
    """

    false_positive_rate: NDArray[np.float64]
    true_positive_rate: NDArray[np.float64]
    band_at: NDArray[np.float64]
    band: Band | None
    patients: int
    mutants: int
    reason: str = ""

    @property
    def area(self) -> float:
        """The area under the corners: the AUC, or the fold-wise AUC where the curve is a mean over folds."""
        return float(np.trapezoid(self.true_positive_rate, self.false_positive_rate))

    def to_json(self) -> JsonObject:
        """The curve as plain JSON values, not rounded."""
        return {
            "false_positive_rate": self.false_positive_rate.tolist(),
            "true_positive_rate": self.true_positive_rate.tolist(),
            "band_at": self.band_at.tolist(),
            "band": None if self.band is None else self.band.to_json(),
            "patients": self.patients,
            "mutants": self.mutants,
            "reason": self.reason or None,
        }


def roc_curve(
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    folds: NDArray[np.int64] | None = None,
    settings: BootstrapSettings = BootstrapSettings(),
) -> RocCurve:
    """The ROC curve with a band that holds at each false positive rate by itself, not for the curve as a whole.

    Scores of different folds' models do not compare, so the curve of out-of-fold predictions is the mean of the folds'
    curves at each false positive rate, weighted by their pairs: its area is then the fold-wise AUC.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,) any score that grows with P(mutant).
        folds: (N,) for out-of-fold predictions, the fold that held each patient out; None for another cohort.
        settings: resamples and seed.

    Raises:
        CohortError: arrays of different lengths, or a score that is no number.

    Source: Fawcett, Pattern Recognit Lett 27:861 (2006), sections 5 and 8.1 (vertical averaging).
    """
    numbers = np.zeros(labels.size, dtype=np.int64) if folds is None else folds
    if not labels.shape == probabilities.shape == numbers.shape:
        raise CohortError(
            f"{labels.size} labels, {probabilities.size} probabilities and {numbers.size} fold numbers; "
            "one of each per patient was expected"
        )
    refuse_unusable(labels, probabilities)
    own = [(numbers == number) & (labels >= 0) for number in np.unique(numbers)]
    parts = [_Part(labels[part], probabilities[part]) for part in own if not missing_class(labels[part])]
    if not parts:
        nothing = np.empty(0)
        reason = missing_class(labels) or "no fold holds both a mutant and a wild type"
        return RocCurve(nothing, nothing, nothing, None, int(np.sum(labels >= 0)), int(np.sum(labels == 1)), reason)
    mutants = sum(part.mutants for part in parts)
    curve = _mean_curve(parts)
    grid = np.linspace(0.0, 1.0, BAND_POINTS)
    method = PATIENT_BOOTSTRAP if folds is None else FOLDWISE_BOOTSTRAP
    few = event_gate(labels)
    band = None if few else percentile_band(_resampled(parts, grid, settings), f"pointwise {method}")
    if band is not None:
        band = _with_width(band, np.interp(grid, curve[0], curve[1]), mutants)
    return RocCurve(curve[0], curve[1], grid, band, sum(part.labels.size for part in parts), mutants)


@dataclass(frozen=True, eq=False)
class _Part:
    """The patients of one fold, both classes among them: labels (n,), probabilities (n,)."""

    labels: NDArray[np.int8]
    probabilities: NDArray[np.float64]

    @property
    def mutants(self) -> int:
        """Number of mutants."""
        return int(self.labels.sum())

    @property
    def pairs(self) -> int:
        """Number of pairs of a mutant and a wild type."""
        return self.mutants * (self.labels.size - self.mutants)

    def corners(self, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Wild types and mutants called, each (R, K + 1), at falling cuts from none to all; weights (R, n)."""
        levels, membership = np.unique(-self.probabilities, return_inverse=True)
        of_level = np.eye(levels.size)[membership]
        start = np.zeros((len(weights), 1))
        wild_types, mutants = (
            np.hstack([start, np.cumsum(weights @ (of_level * (self.labels == wanted)[:, None]), axis=1)])
            for wanted in (0, 1)
        )
        return wild_types, mutants


def _mean_curve(parts: list[_Part]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """False and true positive rates (K,) of the mean curve, both ends of every vertical step among its corners."""
    curves = []
    for part in parts:
        wild_types, mutants = (counts[0] for counts in part.corners(np.ones((1, part.labels.size))))
        curves.append((wild_types / wild_types[-1], mutants / mutants[-1]))
    rates = np.unique(np.concatenate([x for x, _ in curves]))
    weights = np.array([part.pairs for part in parts], dtype=np.float64)
    # `interp` takes the last of equal abscissae, the top of a step; mirrored, it takes the foot.
    tops = np.average([np.interp(rates, x, y) for x, y in curves], axis=0, weights=weights)
    feet = np.average([np.interp(-rates, -x[::-1], y[::-1]) for x, y in curves], axis=0, weights=weights)
    return np.repeat(rates, 2), np.column_stack([feet, tops]).ravel()


def _resampled(parts: list[_Part], grid: NDArray[np.float64], settings: BootstrapSettings) -> NDArray[np.float64]:
    """True positive rates (R, T) of resamples at false positive rates (T,); NaN where no fold has both classes."""
    generator = settings.generator()
    total, weight = np.zeros((settings.resamples, grid.size)), np.zeros(settings.resamples)
    for part in parts:
        drawn = draws(part.labels.size, settings.resamples, generator).astype(np.float64)
        wild_types, mutants = part.corners(drawn)
        pairs = wild_types[:, -1] * mutants[:, -1]
        for row in np.flatnonzero(pairs):
            rates = np.interp(grid, wild_types[row] / wild_types[row, -1], mutants[row] / mutants[row, -1])
            total[row] += pairs[row] * rates
        weight += pairs
    return np.divide(total, weight[:, None], out=np.full_like(total, np.nan), where=weight[:, None] > 0)


def _with_width(band: Band, rates: NDArray[np.float64], mutants: int) -> Band:
    """The band with the exact bound of a share of `mutants` where the curve (T,) is at 0 or 1 and resamples agree."""
    end = ((1 - INTERVAL_LEVEL) / 2) ** (1 / mutants)
    inside = np.arange(rates.size) < rates.size - 1  # At a false positive rate of 1 everybody is called.
    low = np.where((rates == 1.0) & inside, np.minimum(band.low, end), band.low)
    high = np.where(rates == 0.0, np.maximum(band.high, 1 - end), band.high)
    return replace(band, low=low, high=high)
