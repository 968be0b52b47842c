"""What in a printed row cannot be true, computed from the row and the paper's own Table 1."""

from collections.abc import Mapping
from dataclasses import dataclass

from radiogene.report.numbers import percent
from radiogene.report.paper.printed import PaperCohort

ROUNDING = 0.5e-4
"""Half a unit of the last printed digit (0.01%), as a share."""

F1_SLACK = 1e-3
"""Difference of F1 that rounding of SEN and SPE could at most explain, with a wide margin."""


@dataclass(frozen=True)
class ClassBalance:
    """Patients with a known label, from Table 1.

    Attributes:
        mutants: number.
        wild_types: number.
    """

    mutants: int
    wild_types: int

    @property
    def prevalence(self) -> float:
        """Share of mutants."""
        return self.mutants / (self.mutants + self.wild_types)


TABLE_1_BALANCE = {
    (PaperCohort.TRAINING, "EGFR"): ClassBalance(164, 199),
    (PaperCohort.TRAINING, "KRAS"): ClassBalance(84, 279),
    (PaperCohort.EXTERNAL, "EGFR"): ClassBalance(25, 102),
    (PaperCohort.EXTERNAL, "KRAS"): ClassBalance(30, 94),
}


def f1_that_follows(sensitivity: float, specificity: float, prevalence: float) -> float:
    """F1 at a share of mutants: 2 TP / (2 TP + FP + FN), each a share of all patients.

    >>> round(f1_that_follows(0.7394, 0.7669, 25 / 127), 3)
    0.55
    """
    true_mutant = prevalence * sensitivity
    false_mutant = (1 - prevalence) * (1 - specificity)
    return 2 * true_mutant / (true_mutant + false_mutant + prevalence)


def contradictions(figures: Mapping[str, float], balance: ClassBalance) -> tuple[str, ...]:
    """What cannot be true of a printed row, in sentences; empty where nothing is wrong or too little is printed.

    ACC is a mean of SEN and SPE, weighted by the class balance, so it lies between them at any balance. F1 follows from
    SEN, SPE and the balance; at any balance it is at most 2 SEN / (1 + SEN), F1 where every patient is a mutant.

    Args:
        figures: shares by column key.
        balance: of the cohort and gene the row is about.
    """
    if not {"sensitivity", "specificity"} <= set(figures):
        return ()
    sensitivity, specificity = figures["sensitivity"], figures["specificity"]
    sentences = []
    low, high = sorted((sensitivity, specificity))
    accuracy = figures.get("accuracy")
    if accuracy is not None and not low - 2 * ROUNDING <= accuracy <= high + 2 * ROUNDING:
        sentences.append(
            f"Paper's ACC {percent(accuracy, 2)}: outside its SEN and SPE ({percent(low, 2)} to {percent(high, 2)}), "
            "impossible at any class balance."
        )
    f1 = figures.get("f1")
    if f1 is not None:
        expected = f1_that_follows(sensitivity, specificity, balance.prevalence)
        highest = 2 * sensitivity / (1 + sensitivity)
        if abs(f1 - expected) > F1_SLACK:
            known = balance.mutants + balance.wild_types
            beyond = "; no class balance gives more than " + percent(highest) if f1 > highest + F1_SLACK else ""
            sentences.append(
                f"Paper's F1 {percent(f1, 2)}: its SEN and SPE give {percent(expected)} ({balance.mutants} of {known} "
                f"mutant){beyond}."
            )
    return tuple(sentences)
