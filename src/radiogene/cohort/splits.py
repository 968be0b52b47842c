"""Splits by patient, stratified over the genes: folds for cross-validation and a part held out for early stopping.

Patients are put in an order in which the mutants of either gene follow each other, then dealt to the folds in turn. So
each fold's mutants of the first two genes, and its patients, differ by at most one from any other fold's, and a rare
combination needs no special rule: it is dealt together with its neighbours.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from radiogene.errors import CohortError
from radiogene.storage.plain_words import counted

Labels = Mapping[str, Mapping[str, int | None]]
"""Per patient, per gene: 1 mutant, 0 wild type, None unknown."""

RING: tuple[tuple[int | None, int | None], ...] = (
    (None, 0),
    (1, 0),
    (1, None),
    (1, 1),
    (None, 1),
    (0, 1),
    (0, None),
    (0, 0),
    (None, None),
)
"""The joint labels of two genes in an order that keeps together the mutants of each and the wild types of the first."""


class Fold(NamedTuple):
    """Identifiers of the patients of the training part and of the other part, each sorted."""

    train_ids: tuple[str, ...]
    test_ids: tuple[str, ...]


def stratified_folds(labels: Labels, folds: int, seed: int) -> list[Fold]:
    """The folds of a cross-validation: every patient is in exactly one test part.

    The order of the patients does not matter; the same patients, labels and seed give the same folds.

    Args:
        labels: the patients and their labels, as `patient_labels` gives them. The first two genes are balanced to
            within one mutant; further genes as nearly as the joint labels allow.
        folds: 2 or more.
        seed: which of the equally balanced splits.

    Raises:
        CohortError: fewer than 2 folds, or a gene with fewer known mutants or wild types than folds.
    """
    if folds < 2:
        raise CohortError(f"Found {folds} folds; wanted 2 or more.")
    for gene in _genes(labels):
        for value, word in ((1, "known mutant"), (0, "known wild type")):
            count = sum(of[gene] == value for of in labels.values())
            if count < folds:
                raise CohortError(
                    f"{gene} has {counted(count, word)}; {folds} folds need {folds} or more. "
                    "Use fewer folds, or leave the gene out."
                )
    order = _stratified_order(labels, seed)
    return [_fold(order, set(order[k::folds])) for k in range(folds)]


def inner_validation_split(patient_ids: Sequence[str], labels: Labels, fraction: float, seed: int) -> Fold:
    """The patients with a part of them held out for early stopping, taken evenly from the same order as the folds.

    Args:
        patient_ids: the training patients.
        labels: at least their labels.
        fraction: of the patients to hold out, above 0 and below 1; the nearest number of patients, at least one.
        seed: which of the equally balanced splits.

    Raises:
        CohortError: a fraction outside 0 to 1, or fewer than 2 patients.
    """
    if not 0 < fraction < 1:
        raise CohortError(f"Found the validation fraction {fraction}; wanted one above 0 and below 1.")
    chosen = {patient: labels[patient] for patient in patient_ids}
    if len(chosen) < 2:
        raise CohortError(f"Found {len(chosen)} training patients; wanted 2 or more to hold some out.")
    order = _stratified_order(chosen, seed)
    held_out = min(max(round(fraction * len(order)), 1), len(order) - 1)
    return _fold(order, {order[(2 * k + 1) * len(order) // (2 * held_out)] for k in range(held_out)})


def _fold(order: Sequence[str], test: set[str]) -> Fold:
    """The fold whose test part are these patients."""
    return Fold(tuple(sorted(set(order) - test)), tuple(sorted(test)))


def _genes(labels: Labels) -> tuple[str, ...]:
    """The genes, which every patient's labels must name."""
    if not labels:
        raise CohortError("Found no patient to split.")
    genes = tuple(next(iter(labels.values())))
    for patient, of_patient in labels.items():
        if set(of_patient) != set(genes):
            raise CohortError(f"Patient {patient!r} has labels of {sorted(of_patient)}; wanted {sorted(genes)}.")
    return genes


def _stratified_order(labels: Labels, seed: int) -> list[str]:
    """The patients by joint label, within one joint label in an order that only the seed and the identifier decide."""
    genes = _genes(labels)

    def place(patient: str) -> tuple[int, str, str]:
        values = [labels[patient][gene] for gene in genes]
        first, second = (*values[:2], None, None)[:2]
        drawn = hashlib.sha256(f"{seed}\n{patient}".encode()).hexdigest()
        return RING.index((first, second)), repr(values[2:]), drawn

    return sorted(labels, key=place)
