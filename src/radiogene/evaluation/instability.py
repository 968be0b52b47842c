"""How far one patient's probability moves when the same system is fitted again: seeds, or repeats of the folds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import CohortError
from radiogene.storage.typed_json import JsonObject

FAR = 0.9
"""Share of the patients whose probability moves by no more than the stated far difference."""


@dataclass(frozen=True, eq=False)
class Instability:
    """What other fits say of the same N patients.

    Attributes:
        refits: fits that the first is held against.
        differences: (N,) mean absolute difference of each patient's probability from that of the first fit.
        mean_difference: mean over patients.
        far_difference: not exceeded in 90% of the patients.
        changed: share of patients whom at least one other fit calls otherwise.
        changed_calls: share of all calls of other fits that differ from the first's.
    """

    refits: int
    differences: NDArray[np.float64]
    mean_difference: float
    far_difference: float
    changed: float
    changed_calls: float

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded; no patient by itself."""
        return {
            "patients": int(self.differences.size),
            "refits": self.refits,
            "mean_absolute_difference": self.mean_difference,
            "difference_not_exceeded_in_90_percent": self.far_difference,
            "share_of_patients_called_otherwise": self.changed,
            "share_of_calls_that_differ": self.changed_calls,
        }


def instability(probabilities: NDArray[np.float64], calls: NDArray[np.bool_]) -> Instability:
    """The differences of every other fit from the first.

    Fits that share all training patients differ less than fits of other patients would: what is found is a lower bound
    of what a new cohort would change, and no interval.

    Args:
        probabilities: (R, N) of R fits, R at least 2, for N patients, at least 1.
        calls: (R, N) True where a fit calls mutant, by its own threshold or by one for all.

    Raises:
        CohortError: other shapes, fewer than two fits, or nobody.

    Source: Riley and Collins, Biom J 65:2200302 (2023).
    """
    if probabilities.ndim != 2 or probabilities.shape != calls.shape or min(probabilities.shape) < 1:
        raise CohortError(
            f"found probabilities of shape {probabilities.shape} and calls of shape {calls.shape}; both fits x patients"
        )
    if len(probabilities) < 2:
        raise CohortError("found one fit; at least two were expected")
    moved = np.abs(probabilities[1:] - probabilities[0])
    otherwise = calls[1:] != calls[0]
    differences = moved.mean(axis=0)
    return Instability(
        refits=len(moved),
        differences=differences,
        mean_difference=float(differences.mean()),
        far_difference=float(np.quantile(differences, FAR)),
        changed=float(otherwise.any(axis=0).mean()),
        changed_calls=float(otherwise.mean()),
    )
