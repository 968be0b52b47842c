"""Columns that say what a gene's label says: a mutation's subtype, a targeted drug, the label under another name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from radiogene.cohort.clinical_values import clinical_value
from radiogene.cohort.row import PatientRow, by_patient, patient_labels
from radiogene.cohort.table.label_words import read_number
from radiogene.errors import CohortError

LARGEST_CHANCE = 1e-4
"""A column that separates mutants from wild types copies the label if shuffled labels would be separated less often."""


@dataclass(frozen=True)
class LabelCopy:
    """A column that separates all mutants of a gene from all wild types.

    Attributes:
        column: its name.
        gene: whose label it copies.
        patients: with a known label.
        mutants: of these.
        chance: that the column would do so if it had nothing to do with the gene.
    """

    column: str
    gene: str
    patients: int
    mutants: int
    chance: float

    def __str__(self) -> str:
        return (
            f"{self.column} tells all {self.mutants} {self.gene} mutants from all {self.patients - self.mutants} wild "
            f"types without an error (chance {self.chance:.0e})"
        )


def label_copies(rows: Sequence[PatientRow], columns: Sequence[str], genes: Sequence[str]) -> list[LabelCopy]:
    """The columns that separate a gene's known labels, by a cut, by their words, or by being filled or not.

    So few patients that chance could do it are passed over: 8 mutants and 8 wild types are too few for a column of two
    words, 9 and 9 are enough, and a column of many words needs more.

    Args:
        rows: of the patients; a patient's first row counts.
        columns: that a system is to be given.
        genes: columns of labels.
    """
    labels = patient_labels(rows, genes)
    first = {patient: of_patient[0] for patient, of_patient in by_patient(rows).items()}
    copies = []
    for gene in genes:
        known = {patient: of[gene] for patient, of in labels.items() if of[gene] is not None}
        mutants = sum(label == 1 for label in known.values())
        for column in columns:
            values = [(clinical_value(first[patient], column), label == 1) for patient, label in known.items()]
            chance = _chance(values)
            if chance < LARGEST_CHANCE:
                copies.append(LabelCopy(column, gene, len(known), mutants, chance))
    return copies


def refuse_label_copies(rows: Sequence[PatientRow], columns: Sequence[str], genes: Sequence[str]) -> None:
    """Refuse columns of which one copies a label: a system that is given it predicts nothing.

    There is no option to allow it: no value that is known before the gene is separates patients without an error.

    Args:
        rows: of the training patients.
        columns: that a system is to be given.
        genes: that it is to predict.

    Raises:
        CohortError: naming each column and gene.
    """
    copies = label_copies(rows, columns, genes)
    if copies:
        names = sorted({copy.column for copy in copies})
        raise CohortError(
            f"{'; '.join(map(str, copies))}: that is the label under another name, or follows from it. Leave "
            f"{' and '.join(names)} out of the columns (`clinical`)."
        )


def _chance(values: Sequence[tuple[float | str | None, bool]]) -> float:
    """How often shuffled labels would be separated as these are; 1 where they are not.

    Args:
        values: of each patient, None where unknown, with True for a mutant.
    """
    known = [(value, mutant) for value, mutant in values if value is not None]
    filled: list[tuple[float | str | None, bool]] = [(str(value is None), mutant) for value, mutant in values]
    ways = [_chance_by_words(known), _chance_by_words(values), _chance_by_words(filled), _chance_by_cut(known)]
    return min(ways)


def _chance_by_words(values: Sequence[tuple[float | str | None, bool]]) -> float:
    """The same where each value (None among them) belongs to one kind of patient only."""
    sizes, mutants = Counter(value for value, _ in values), Counter(value for value, mutant in values if mutant)
    if not 0 < mutants.total() < len(values) or any(0 < mutants[value] < size for value, size in sizes.items()):
        return 1.0
    # In how many ways whole groups make up the number of mutants.
    ways = Counter({0: 1})
    for size in sizes.values():
        ways += Counter({total + size: count for total, count in ways.items()})
    return ways[mutants.total()] / comb(len(values), mutants.total())


def _chance_by_cut(values: Sequence[tuple[float | str, bool]]) -> float:
    """The same where all known values are numbers and a cut lies between the kinds."""
    numbers = [(value if isinstance(value, float) else read_number(value), mutant) for value, mutant in values]
    above = [number for number, mutant in numbers if mutant and number is not None]
    below = [number for number, mutant in numbers if not mutant and number is not None]
    if not above or not below or len(above) + len(below) < len(numbers):
        return 1.0
    if min(above) <= max(below) and min(below) <= max(above):
        return 1.0
    return 2 / comb(len(numbers), len(above))
