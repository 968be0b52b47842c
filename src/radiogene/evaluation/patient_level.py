"""From several nodules to one probability per patient."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import CohortError
from radiogene.evaluation.predictions import Predictions, checked_table


class NoduleRule(StrEnum):
    """Whose probability a patient with several nodules gets."""

    LARGEST = "largest"
    """The largest nodule's (default); of nodules equally large, their mean."""
    MEAN = "mean"
    """The mean over the nodules."""
    MAX = "max"
    """The highest, for each gene by itself."""


@dataclass(frozen=True, eq=False)
class NodulePredictions:
    """Predictions of M nodules; a patient's id stands on each of its nodules.

    Attributes:
        patient_ids: M ids, in any order.
        genes: G names.
        probabilities: (M, G) float64 in [0, 1].
        labels: (M, G) int8 of the patient: 1 mutant, 0 wild type, -1 unknown.
        sizes: (M,) one measure for all of them, the greatest extent in mm or the volume in mm3; NaN is unknown.
    """

    patient_ids: tuple[str, ...]
    genes: tuple[str, ...]
    probabilities: NDArray[np.float64]
    labels: NDArray[np.int8]
    sizes: NDArray[np.float64]


def patient_level(nodules: NodulePredictions, rule: NoduleRule = NoduleRule.LARGEST) -> Predictions:
    """One row per patient, in the order in which the patients first appear.

    Args:
        nodules: predictions per nodule.
        rule: whose probability a patient with several nodules gets.

    Raises:
        CohortError: rows of one patient with different labels, or, for `largest`, an unknown size among several.

    Source: method.md section 4, "A patient with several nodules".
    """
    probabilities, labels = checked_table(nodules.patient_ids, nodules.genes, nodules.probabilities, nodules.labels)
    sizes = np.asarray(nodules.sizes, dtype=np.float64)
    if sizes.shape != (len(nodules.patient_ids),):
        raise CohortError(
            f"sizes have shape {sizes.shape}; one for each of {len(nodules.patient_ids)} nodules expected"
        )
    patients = tuple(dict.fromkeys(nodules.patient_ids))
    ids = np.array(nodules.patient_ids, dtype=object)
    reduced = np.empty((len(patients), len(nodules.genes)))
    marks = np.empty(reduced.shape, dtype=np.int8)
    for row, patient in enumerate(patients):
        own = np.flatnonzero(ids == patient)
        marks[row] = _single_label(patient, nodules.genes, labels[own])
        reduced[row] = _reduced(patient, probabilities[own], sizes[own], rule)
    return Predictions(patients, nodules.genes, reduced, marks)


def _single_label(patient: str, genes: tuple[str, ...], labels: NDArray[np.int8]) -> NDArray[np.int8]:
    """The labels (G,) that all nodules (m, G) of a patient share."""
    different = np.flatnonzero((labels != labels[0]).any(axis=0))
    if different.size:
        gene = different[0]
        raise CohortError(
            f"patient {patient!r} has several nodules with different labels for {genes[gene]}: "
            f"{sorted(set(labels[:, gene].tolist()))}; a gene's status belongs to the patient, make the rows equal"
        )
    first: NDArray[np.int8] = labels[0]
    return first


def _reduced(
    patient: str, probabilities: NDArray[np.float64], sizes: NDArray[np.float64], rule: NoduleRule
) -> NDArray[np.float64]:
    """The patient's probabilities (G,) from those of its nodules (m, G) and their sizes (m,)."""
    if rule is NoduleRule.MAX:
        highest: NDArray[np.float64] = probabilities.max(axis=0)
        return highest
    if rule is NoduleRule.MEAN or len(sizes) == 1:
        return np.asarray(probabilities.mean(axis=0))
    if not np.isfinite(sizes).all():
        raise CohortError(
            f"patient {patient!r} has {len(sizes)} nodules, {int((~np.isfinite(sizes)).sum())} of unknown size, so the "
            "largest is not known: mark them with segments instead of points, keep one row, or choose the rule "
            "`mean` or `max`"
        )
    return np.asarray(probabilities[sizes == sizes.max()].mean(axis=0))
