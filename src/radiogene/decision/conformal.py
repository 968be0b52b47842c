"""Class-conditional (Mondrian) conformal sets: mutant, wild type, undetermined, or unlike either.

A class belongs to the set of a case unless its probability is more extreme than all but a share 1 - level of the
training patients of that class, who were predicted by models that had not seen them. So, of new patients like these,
each class is in its own set with a probability of at least the level, on average over training cohorts.

The few lines are our own: crepes and MAPIE (both BSD) do the same, with pandas or scikit-learn loaded for every answer,
and wrap the model that they calibrate, which here is a folder of networks. `tests/decision/test_conformal.py` holds the
sets of crepes 0.9.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import SettingsError, WeightsError
from radiogene.evaluation.intervals import wilson_share
from radiogene.evaluation.measure import Measure
from radiogene.storage.typed_json import JsonObject

DEFAULT_LEVEL = 0.9

ROUNDING = 1e-9
"""0.1 times 10 is a little less or more than 1 in binary numbers; a rank must not hang on that."""


class AnswerSet(StrEnum):
    """What a conformal set says."""

    MUTANT = "mutant"
    WILD_TYPE = "wild type"
    UNDETERMINED = "undetermined"
    """Both classes belong to the set."""
    UNLIKE_EITHER = "unlike either"
    """Neither does: such a probability is rare in both classes."""


@dataclass(frozen=True)
class ClassScores:
    """Probabilities of training patients by models that had not seen them, not calibrated.

    Attributes:
        mutants: rising.
        wild_types: rising.
    """

    mutants: tuple[float, ...]
    wild_types: tuple[float, ...]

    def __post_init__(self) -> None:
        for name, values in vars(self).items():
            if not values or not all(0 <= value <= 1 for value in values) or list(values) != sorted(values):
                raise WeightsError(f"{len(values)} `{name}`; rising probabilities from 0 to 1 were expected")

    @classmethod
    def of(cls, labels: NDArray[np.int8], probabilities: NDArray[np.float64]) -> "ClassScores":
        """The scores of patients (N,) with known labels."""
        return cls(*(tuple(float(p) for p in np.sort(probabilities[labels == wanted])) for wanted in (1, 0)))


@dataclass(frozen=True)
class Cutoffs:
    """Where the classes end.

    Attributes:
        lowest_mutant: mutant belongs to the set at or above it; None where it always does, for want of mutants.
        highest_wild_type: wild type belongs to the set at or below it; None where it always does.
    """

    lowest_mutant: float | None
    highest_wild_type: float | None

    def set_of(self, probability: float) -> AnswerSet:
        """The set of a probability on the scale of the cutoffs."""
        mutant = self.lowest_mutant is None or probability >= self.lowest_mutant
        wild_type = self.highest_wild_type is None or probability <= self.highest_wild_type
        if mutant and wild_type:
            return AnswerSet.UNDETERMINED
        return AnswerSet.MUTANT if mutant else AnswerSet.WILD_TYPE if wild_type else AnswerSet.UNLIKE_EITHER


def cutoffs(scores: ClassScores, level: float = DEFAULT_LEVEL) -> Cutoffs:
    """The cutoffs on the scale of the scores.

    Args:
        scores: of training patients.
        level: least mean coverage of each class, above 0 and below 1.

    Raises:
        SettingsError: another level.

    Source: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005), Mondrian predictors: the p-value
        of a class is (number of its scores that are as extreme + 1) / (n + 1), and the class belongs to the set where
        that exceeds 1 - level.
    """
    if not 0 < level < 1:
        raise SettingsError(f"Found the `level` {level:g}; wanted one above 0 and below 1.")
    mutants, wild_types = scores.mutants, scores.wild_types
    below, above = (_extreme(len(values), level) for values in (mutants, wild_types))
    return Cutoffs(mutants[below - 1] if below else None, wild_types[-above] if above else None)


def fewest_for_a_cutoff(level: float) -> int:
    """The patients of a class without whom it belongs to every set."""
    return ceil(1 / (1 - level) - 1 - ROUNDING)


def _extreme(patients: int, level: float) -> int:
    """The rank, from the extreme end, of the score that is the cutoff; 0 where every probability belongs."""
    return floor((1 - level) * (patients + 1) + ROUNDING)


@dataclass(frozen=True)
class SetFigures:
    """How the sets of patients turned out.

    Attributes:
        level: that was asked for.
        mutant, wild_type, undetermined, unlike_either: patients with each set.
        mutants, covered_mutants: mutants, and those of them whose set holds mutant.
        wild_types, covered_wild_types: the same of wild types.
        wrong: patients whose set holds the other class alone.
    """

    level: float
    mutant: int
    wild_type: int
    undetermined: int
    unlike_either: int
    mutants: int
    covered_mutants: int
    wild_types: int
    covered_wild_types: int
    wrong: int

    @property
    def answered(self) -> Measure:
        """The share of patients who get an answer of one class."""
        return wilson_share(self.mutant + self.wild_type, self.mutants + self.wild_types)

    @property
    def coverage(self) -> Mapping[str, Measure]:
        """The share of each class whose set holds it."""
        return {
            AnswerSet.MUTANT.value: wilson_share(self.covered_mutants, self.mutants),
            AnswerSet.WILD_TYPE.value: wilson_share(self.covered_wild_types, self.wild_types),
        }

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        coverage: JsonObject = {name: measure.to_json() for name, measure in self.coverage.items()}
        counts: JsonObject = {
            AnswerSet.MUTANT.value: self.mutant,
            AnswerSet.WILD_TYPE.value: self.wild_type,
            AnswerSet.UNDETERMINED.value: self.undetermined,
            AnswerSet.UNLIKE_EITHER.value: self.unlike_either,
        }
        return {
            "level": self.level,
            "sets": counts,
            "answered": self.answered.to_json(),
            "wrong": self.wrong,
            "coverage": coverage,
        }


def set_figures(
    labels: NDArray[np.int8], probabilities: NDArray[np.float64], ends: Cutoffs, level: float = DEFAULT_LEVEL
) -> SetFigures:
    """How the sets of patients (N,) with known labels turned out.

    Args:
        labels: (N,) 1 mutant, 0 wild type.
        probabilities: (N,) on the scale of the cutoffs.
        ends: cutoffs, set on other patients.
        level: by which they were set.
    """
    sets = [ends.set_of(float(p)) for p in probabilities]
    return _counted(labels, sets, level)


def cross_fitted_set_figures(
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    folds: NDArray[np.int64],
    level: float = DEFAULT_LEVEL,
) -> SetFigures:
    """How the sets of training patients (N,) turned out, each set by cutoffs of the patients of the other folds.

    Args:
        labels: (N,) 1 mutant, 0 wild type.
        probabilities: (N,) out-of-fold.
        folds: (N,) the fold that held each patient out.
        level: of the sets.

    Raises:
        WeightsError: a fold without which a class is missing.
    """
    sets: list[AnswerSet] = [AnswerSet.UNDETERMINED] * labels.size
    for number in np.unique(folds):
        own = folds == number
        ends = cutoffs(ClassScores.of(labels[~own], probabilities[~own]), level)
        for row in np.flatnonzero(own):
            sets[row] = ends.set_of(float(probabilities[row]))
    return _counted(labels, sets, level)


def _counted(labels: NDArray[np.int8], sets: list[AnswerSet], level: float) -> SetFigures:
    """The counts of sets (N,) and labels (N,)."""
    own = np.array(sets)
    mutants = labels == 1
    of = {each: own == each for each in AnswerSet}
    both = of[AnswerSet.UNDETERMINED]
    holds_mutant, holds_wild_type = of[AnswerSet.MUTANT] | both, of[AnswerSet.WILD_TYPE] | both
    return SetFigures(
        level=level,
        mutant=int(of[AnswerSet.MUTANT].sum()),
        wild_type=int(of[AnswerSet.WILD_TYPE].sum()),
        undetermined=int(both.sum()),
        unlike_either=int(of[AnswerSet.UNLIKE_EITHER].sum()),
        mutants=int(mutants.sum()),
        covered_mutants=int((holds_mutant & mutants).sum()),
        wild_types=int((~mutants).sum()),
        covered_wild_types=int((holds_wild_type & ~mutants).sum()),
        wrong=int((of[AnswerSet.MUTANT] & ~mutants).sum() + (of[AnswerSet.WILD_TYPE] & mutants).sum()),
    )
