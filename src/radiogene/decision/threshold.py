"""The probability at or above which a patient is called mutant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.few_events import few_events
from radiogene.errors import TrainingError
from radiogene.evaluation.metrics import missing_class
from radiogene.evaluation.usable_scores import refuse_unusable


@dataclass(frozen=True)
class YoudenThreshold:
    """A threshold and what it reached on the predictions that set it (optimistic: it was chosen on them).

    Attributes:
        value: calls are mutant at or above it.
        sensitivity: on those predictions.
        specificity: on those predictions.
    """

    value: float
    sensitivity: float
    specificity: float


def youden_threshold(labels: NDArray[np.int8], probabilities: NDArray[np.float64]) -> YoudenThreshold:
    """The threshold with the greatest SEN + SPE - 1.

    Candidates are the midpoints between neighbouring different probabilities, so both calls always occur. Among equals
    the one with the most similar SEN and SPE is taken, among these the lowest.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,) of training-side predictions: out-of-fold or inner validation.

    Raises:
        TrainingError: one class only, all probabilities equal, or, with ten mutants and ten wild types or more, a model
            whose best cut is worse than none.
        CohortError: arrays of different lengths, or a probability that is no number.

    Source: Youden, Cancer 3:32 (1950); the paper states no rule (method.md section 6).
    """
    refuse_unusable(labels, probabilities)
    reason = missing_class(labels)
    if reason:
        raise TrainingError(
            f"no threshold can be set: {reason}; both classes are needed among the predictions that set it. "
            "Take more patients into them (fewer or stratified folds, a larger validation part)"
        )
    known = labels >= 0
    labels, probabilities = labels[known], probabilities[known]
    levels = np.unique(probabilities)
    if levels.size == 1:
        raise TrainingError(
            f"no threshold can be set: all {labels.size} predictions are {levels[0]:.6g}; the model tells no patient "
            "from another. Look at the training curves before using it"
        )
    mutants, wild_types = (np.sort(probabilities[labels == wanted]) for wanted in (1, 0))
    called = mutants.size - np.searchsorted(mutants, levels[1:])
    spared = np.searchsorted(wild_types, levels[1:])
    # Whole numbers: SEN and SPE times m n, so that equals are equal.
    sensitivity, specificity = called * wild_types.size, spared * mutants.size
    order = np.lexsort((np.arange(called.size), np.abs(sensitivity - specificity), -(sensitivity + specificity)))
    best = int(order[0])
    pairs = mutants.size * wild_types.size
    # A handful is easily ranked the wrong way round by chance; what rests on so few is said to be rough.
    if sensitivity[best] + specificity[best] < pairs and not few_events(mutants.size, wild_types.size):
        youden = (int(sensitivity[best]) + int(specificity[best])) / pairs - 1
        raise TrainingError(
            f"no threshold can be set: at the best of {called.size} cuts SEN + SPE - 1 is {youden:.3f}, below 0. The "
            f"model gives {mutants.size} mutants lower probabilities than {wild_types.size} wild types; calls by any "
            "threshold would be worse than none. Look for exchanged labels; with few patients take more into the "
            "predictions that set the threshold (fewer folds, a larger validation part), or another `seed`"
        )
    return YoudenThreshold(
        _between(float(levels[best]), float(levels[best + 1])),
        float(called[best] / mutants.size),
        float(spared[best] / wild_types.size),
    )


def _between(below: float, above: float) -> float:
    """The midpoint, or `above` where no number lies between the two."""
    middle = below + (above - below) / 2
    return middle if middle > below else above
