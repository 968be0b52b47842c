"""The one refusal of labels and scores that no figure can be made of."""

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import CohortError

LABELS = (1, 0, -1)
"""Mutant, wild type, unknown."""


def refuse_unusable(labels: NDArray[np.int8], *scores: NDArray[np.float64]) -> None:
    """Refuse labels that are none, and scores that are not a finite number each.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown.
        scores: each (N,), of the same patients in the same order.

    Raises:
        CohortError: arrays of different shapes, another label, NaN or an infinite score; it names the position.
    """
    for each in scores:
        if each.shape != labels.shape:
            raise CohortError(
                f"Found {labels.size} labels and {each.size} scores (shapes {labels.shape} and {each.shape}); wanted "
                "one score for each label."
            )
        wrong = np.flatnonzero(~np.isfinite(each))
        if wrong.size:
            raise CohortError(
                f"Found the score {each[wrong[0]]} at position {wrong[0]} ({wrong.size} of {each.size} are no finite "
                "number); wanted a number for every patient. Leave patients without a prediction out before."
            )
    other = np.flatnonzero(~np.isin(labels, LABELS))
    if other.size:
        raise CohortError(
            f"Found the label {labels[other[0]]} at position {other[0]}; wanted 1 (mutant), 0 (wild type) or -1 "
            "(unknown)."
        )
