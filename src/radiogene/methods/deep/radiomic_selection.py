"""The radiomic features that part the classes best among the fitting patients, standardised by them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import TrainingError, WeightsError

LARGEST_STANDARDISED = 5.0
"""A value further from the fitting patients' mean, in SDs, counts as this far: one odd segment must not rule a sum."""

FEWEST_OF_A_KIND = 2
"""Mutants, and wild types, of a gene that has a say in the selection."""


@dataclass(frozen=True)
class RadiomicSelection:
    """The features that are kept, and their scaling.

    Attributes:
        names: K of them.
        mean, sd: of each over the patients that it was fitted on.

    Raises:
        WeightsError: lists of different lengths.
    """

    names: tuple[str, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]

    def __post_init__(self) -> None:
        if len({len(self.names), len(self.mean), len(self.sd)}) != 1:
            raise WeightsError(
                f"Found {len(self.names)} names, {len(self.mean)} means and {len(self.sd)} SDs in a radiomic "
                "selection; wanted as many of each."
            )

    @classmethod
    def fit(
        cls, names: Sequence[str], values: NDArray[np.float64], labels: NDArray[np.int8], most: int
    ) -> "RadiomicSelection":
        """The features whose means differ most between mutants and wild types, in standard errors, in any gene.

        Args:
            names: F.
            values: (N, F) of the patients to fit on; NaN where a feature has none.
            labels: (N, G) 1 mutant, 0 wild type, -1 unknown.
            most: how many features are kept.

        Raises:
            TrainingError: no feature has a value in every patient and differs between them.
        """
        usable = np.flatnonzero(np.isfinite(values).all(axis=0) & (np.ptp(values, axis=0) > 0))
        if usable.size == 0:
            raise TrainingError(
                f"None of {len(names)} radiomic features has a value in each of {len(values)} patients and differs "
                "between them. Check the segments, or leave this system out."
            )
        mean, sd = values[:, usable].mean(axis=0), values[:, usable].std(axis=0)
        standardised = (values[:, usable] - mean) / sd
        scores = np.max([_separation(standardised, labels[:, gene]) for gene in range(labels.shape[1])], axis=0)
        # The order of equal scores is the features' own, so that it is the same everywhere.
        best = np.sort(np.argsort(-scores, kind="stable")[:most])
        return cls(
            tuple(names[position] for position in usable[best]), tuple(mean[best].tolist()), tuple(sd[best].tolist())
        )

    def encode(self, names: Sequence[str], values: NDArray[np.float64]) -> NDArray[np.float32]:
        """The standardised features (N, K); one without a value counts as the fitting patients' mean.

        Args:
            names: F.
            values: (N, F).

        Raises:
            WeightsError: a feature is not among the names.
        """
        missing = sorted(set(self.names) - set(names))
        if missing:
            raise WeightsError(
                f"The radiomic feature {missing[0]} is not computed here; was another version installed?"
            )
        column = {name: position for position, name in enumerate(names)}
        selected = values[:, [column[name] for name in self.names]]
        standardised = (selected - np.array(self.mean)) / np.array(self.sd)
        known = np.where(np.isfinite(standardised), standardised, 0.0)
        return np.clip(known, -LARGEST_STANDARDISED, LARGEST_STANDARDISED).astype(np.float32)


def _separation(standardised: NDArray[np.float64], labels: NDArray[np.int8]) -> NDArray[np.float64]:
    """How far apart the means of mutants and wild types are (F,), in standard errors; 0 where a kind is too rare."""
    mutants, wild_types = standardised[labels == 1], standardised[labels == 0]
    if min(len(mutants), len(wild_types)) < FEWEST_OF_A_KIND:
        return np.zeros(standardised.shape[1])
    error = np.sqrt(mutants.var(axis=0, ddof=1) / len(mutants) + wild_types.var(axis=0, ddof=1) / len(wild_types))
    distance = np.abs(mutants.mean(axis=0) - wild_types.mean(axis=0))
    return distance / np.maximum(error, np.finfo(np.float64).eps)
