"""Accuracy, sensitivity, specificity, F1 and AUC of one gene (method.md section 6)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.evaluation.measure import Measure, undefined
from radiogene.evaluation.usable_scores import refuse_unusable

NO_PATIENTS = "no patient has a known label"
NO_MUTANTS = "no mutant among the patients with a known label"
NO_WILD_TYPES = "no wild type among the patients with a known label"


@dataclass(frozen=True)
class ConfusionCounts:
    """Patients by label and call; unknown labels are not counted."""

    true_mutant: int
    false_mutant: int
    true_wild_type: int
    false_wild_type: int

    @property
    def patients(self) -> int:
        """All patients with a known label."""
        return self.true_mutant + self.false_mutant + self.true_wild_type + self.false_wild_type

    @property
    def mutants(self) -> int:
        """Patients labelled mutant."""
        return self.true_mutant + self.false_wild_type

    @property
    def wild_types(self) -> int:
        """Patients labelled wild type."""
        return self.true_wild_type + self.false_mutant


@dataclass(frozen=True)
class ConfusionMetrics:
    """ACC, SEN, SPE and F1, as shares from 0 to 1, and the counts behind them."""

    counts: ConfusionCounts
    accuracy: Measure
    sensitivity: Measure
    specificity: Measure
    f1: Measure

    @property
    def measures(self) -> dict[str, Measure]:
        """Every figure, by the key that files and tables know it by, in the order of the fields."""
        return {
            "accuracy": self.accuracy,
            "sensitivity": self.sensitivity,
            "specificity": self.specificity,
            "f1": self.f1,
        }


def confusion_metrics(labels: NDArray[np.int8], calls: NDArray[np.bool_]) -> ConfusionMetrics:
    """ACC, SEN, SPE and F1, without intervals; undefined ones say why.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        calls: (N,) True where the call is mutant.

    F1 needs a mutant: with none it would be 0 for any false alarm and undefined for none, and says nothing.

        >>> metrics = confusion_metrics(np.array([1, 1, 0, -1], np.int8), np.array([True, False, False, True]))
        >>> metrics.sensitivity.value, metrics.specificity.value, metrics.counts.patients
        (0.5, 1.0, 3)
    """
    refuse_unusable(labels)
    mutant, wild_type = labels == 1, labels == 0
    counts = ConfusionCounts(
        true_mutant=int(np.sum(mutant & calls)),
        false_mutant=int(np.sum(wild_type & calls)),
        true_wild_type=int(np.sum(wild_type & ~calls)),
        false_wild_type=int(np.sum(mutant & ~calls)),
    )
    return ConfusionMetrics(
        counts,
        accuracy=_share(counts.true_mutant + counts.true_wild_type, counts.patients, NO_PATIENTS),
        sensitivity=_share(counts.true_mutant, counts.mutants, NO_MUTANTS),
        specificity=_share(counts.true_wild_type, counts.wild_types, NO_WILD_TYPES),
        f1=_share(2 * counts.true_mutant, counts.mutants + counts.true_mutant + counts.false_mutant, NO_MUTANTS)
        if counts.mutants
        else undefined(NO_MUTANTS),
    )


def _share(part: int, whole: int, reason: str) -> Measure:
    """`part` of `whole`, or why there is none."""
    return Measure(part / whole) if whole else undefined(reason)


@dataclass(frozen=True, eq=False)
class Placements:
    """Each patient's share of the other class that it is ranked rightly against; a tie counts half.

    Attributes:
        mutant: (m,) for each mutant, the share of wild types with a lower probability.
        wild_type: (n,) for each wild type, the share of mutants with a higher probability.

    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44:837 (1988), V10 and V01; computed from midranks as in
    Sun and Xu, IEEE Signal Process Lett 21:1389 (2014).
    """

    mutant: NDArray[np.float64]
    wild_type: NDArray[np.float64]

    @property
    def auc(self) -> float:
        """The AUC: the share of (mutant, wild type) pairs in the right order."""
        return float(self.mutant.mean())


def placements(labels: NDArray[np.int8], probabilities: NDArray[np.float64]) -> Placements:
    """The placements of m mutants and n wild types; both classes must be there.

    Args:
        labels: (N,) 1 mutant, 0 wild type, no unknown.
        probabilities: (N,) any score that grows with P(mutant).
    """
    # Imported where it is used: a prediction ranks nothing, and scipy.stats takes a quarter of a second to load.
    from scipy.stats import rankdata

    refuse_unusable(labels, probabilities)
    mutants, wild_types = probabilities[labels == 1], probabilities[labels == 0]
    ranks = rankdata(np.concatenate([mutants, wild_types]))
    below = ranks[: mutants.size] - rankdata(mutants)
    above = mutants.size - (ranks[mutants.size :] - rankdata(wild_types))
    return Placements(below / wild_types.size, above / mutants.size)


def missing_class(labels: NDArray[np.int8]) -> str:
    """Why no pair of a mutant and a wild type can be formed; empty when one can."""
    if not np.any(labels >= 0):
        return NO_PATIENTS
    if not np.any(labels == 1):
        return NO_MUTANTS
    return "" if np.any(labels == 0) else NO_WILD_TYPES


def auc(labels: NDArray[np.int8], probabilities: NDArray[np.float64]) -> Measure:
    """The area under the ROC curve without an interval; ties count half.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,).
    """
    refuse_unusable(labels, probabilities)
    reason = missing_class(labels)
    if reason:
        return undefined(reason)
    known = labels >= 0
    return Measure(placements(labels[known], probabilities[known]).auc)
