"""Shuffled labels: a way of measuring that is honest finds an AUC of one half in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import CohortError, SettingsError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.predictions import UNKNOWN
from radiogene.storage.typed_json import JsonObject

FEWEST_PERMUTATIONS = 20
LARGEST_DEVIATION = 0.05
"""Of the mean AUC from one half. Source: method.md section 6."""

POINT_ONLY = BootstrapSettings(resamples=1)


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """What a system, fitted on other labels, says of the patients that each of its fits had not seen.

    Attributes:
        probabilities: (N, G).
        folds: (N,) the fold that held each patient out.
    """

    probabilities: NDArray[np.float64]
    folds: NDArray[np.int64]


@dataclass(frozen=True)
class GenePermutations:
    """The fold-wise AUCs of one gene under shuffled labels.

    Attributes:
        mean_auc: over the permutations.
        standard_error: of that mean, which says how far chance alone carries it.
        lowest, highest: of the permutations.
    """

    mean_auc: float
    standard_error: float
    lowest: float
    highest: float

    @property
    def passed(self) -> bool:
        """True where the mean lies within 0.5 +- 0.05."""
        return abs(self.mean_auc - 0.5) <= LARGEST_DEVIATION


@dataclass(frozen=True)
class PermutationCheck:
    """The check of one system on one cohort.

    Attributes:
        genes: by name.
        permutations: how many.
        seed: of the permutations.
    """

    genes: Mapping[str, GenePermutations]
    permutations: int
    seed: int

    @property
    def passed(self) -> bool:
        """True where every gene's mean lies within 0.5 +- 0.05."""
        return all(gene.passed for gene in self.genes.values())

    def to_json(self) -> JsonObject:
        """The check as plain JSON values."""
        return {
            "permutations": self.permutations,
            "seed": self.seed,
            "within": [0.5 - LARGEST_DEVIATION, 0.5 + LARGEST_DEVIATION],
            "passed": self.passed,
            "genes": {
                name: {
                    "mean_auc": gene.mean_auc,
                    "standard_error": gene.standard_error,
                    "lowest": gene.lowest,
                    "highest": gene.highest,
                    "passed": gene.passed,
                }
                for name, gene in self.genes.items()
            },
        }


def permutation_check(
    genes: tuple[str, ...],
    labels: NDArray[np.int8],
    out_of_fold: Callable[[NDArray[np.int8]], OutOfFold],
    permutations: int = FEWEST_PERMUTATIONS,
    seed: int = 0,
) -> PermutationCheck:
    """The mean fold-wise AUC of a system whose every fit is given shuffled labels.

    A patient gets the labels of both genes of another patient, who is known for the same genes: how the genes go
    together and who is unknown stay as they are. Anything fitted or selected outside the folds lifts the mean.

    Args:
        genes: G names.
        labels: (N, G) 1 mutant, 0 wild type, -1 unknown.
        out_of_fold: splits, fits and predicts from scratch with the labels (N, G) that it is given.
        permutations: at least 20.
        seed: of the permutations.

    Raises:
        SettingsError: fewer permutations.
        CohortError: predictions of another shape, or a gene without a fold that holds both kinds.

    Source: method.md section 6, "Shuffled labels".
    """
    if permutations < FEWEST_PERMUTATIONS:
        raise SettingsError(
            f"found {permutations} permutations; at least {FEWEST_PERMUTATIONS} were expected: the mean of fewer says "
            "too little"
        )
    generator = np.random.default_rng(seed)
    areas = np.array([_areas(genes, shuffled(labels, generator), out_of_fold) for _ in range(permutations)])
    return PermutationCheck(
        {
            name: GenePermutations(
                float(found.mean()),
                float(found.std(ddof=1) / permutations**0.5),
                float(found.min()),
                float(found.max()),
            )
            for name, found in zip(genes, areas.T, strict=True)
        },
        permutations,
        seed,
    )


def shuffled(labels: NDArray[np.int8], generator: np.random.Generator) -> NDArray[np.int8]:
    """Labels (N, G) whose rows change places among patients who are known for the same genes.

    Args:
        labels: (N, G) 1 mutant, 0 wild type, -1 unknown.
        generator: source of the permutation.
    """
    known = labels != UNKNOWN
    moved = labels.copy()
    for pattern in np.unique(known, axis=0):
        own = np.flatnonzero((known == pattern).all(axis=1))
        moved[own] = labels[generator.permutation(own)]
    return moved


def _areas(
    genes: tuple[str, ...], labels: NDArray[np.int8], out_of_fold: Callable[[NDArray[np.int8]], OutOfFold]
) -> list[float]:
    """The fold-wise AUC of each gene for one set of shuffled labels (N, G)."""
    found = out_of_fold(labels.copy())
    if found.probabilities.shape != labels.shape or found.folds.shape != labels.shape[:1]:
        raise CohortError(
            f"found predictions of shape {found.probabilities.shape} and {found.folds.size} fold numbers; "
            f"{labels.shape[0]} patients x {labels.shape[1]} genes were expected, in the order of the labels"
        )
    areas = []
    for column, name in enumerate(genes):
        area = foldwise_auc(labels[:, column], found.probabilities[:, column], found.folds, POINT_ONLY).auc
        if area.value is None:
            raise CohortError(f"{name}, shuffled labels: {area.reason}; use fewer or stratified folds")
        areas.append(area.value)
    return areas
