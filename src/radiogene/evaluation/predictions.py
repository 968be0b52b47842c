"""Probabilities beside labels, one row per patient: what every evaluation starts from, and their CSV."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from radiogene.cohort.row import PatientRow, patient_labels
from radiogene.errors import CohortError
from radiogene.storage.csv_text import csv_text

UNKNOWN = -1
"""Label of a patient whose gene was not tested; 1 is mutant, 0 is wild type."""


@dataclass(frozen=True, eq=False)
class GenePredictions:
    """The patients of one gene whose label is known.

    Attributes:
        labels: (K,) int8, 1 mutant, 0 wild type.
        probabilities: (K,) float64 in [0, 1].
        known: (N,) which of all patients these are.
    """

    labels: NDArray[np.int8]
    probabilities: NDArray[np.float64]
    known: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Predictions:
    """Probabilities and labels of N patients and G genes, checked.

    Attributes:
        patient_ids: N different ids.
        genes: G different names, in the order of the columns.
        probabilities: (N, G) float64, P(mutant) in [0, 1].
        labels: (N, G) int8: 1 mutant, 0 wild type, -1 unknown.

    Raises:
        CohortError: shapes that do not fit, an id twice, a probability outside [0, 1] or not a number, another label.
    """

    patient_ids: tuple[str, ...]
    genes: tuple[str, ...]
    probabilities: NDArray[np.float64]
    labels: NDArray[np.int8]

    def __post_init__(self) -> None:
        repeated = {name: count for name, count in Counter(self.patient_ids).items() if count > 1}
        if repeated:
            name, count = next(iter(repeated.items()))
            raise CohortError(
                f"predictions are per patient, and patient {name!r} has {count} rows ({len(repeated)} patients have "
                "several): reduce nodules to patients first (`patient_level`)"
            )
        if len(set(self.genes)) != len(self.genes):
            raise CohortError(f"each gene has one column of predictions; found {', '.join(self.genes)}")
        probabilities, labels = checked_table(self.patient_ids, self.genes, self.probabilities, self.labels)
        object.__setattr__(self, "probabilities", probabilities)
        object.__setattr__(self, "labels", labels)

    def gene(self, name: str) -> GenePredictions:
        """The patients whose label of gene `name` is known.

        Raises:
            CohortError: no such gene.
        """
        if name not in self.genes:
            raise CohortError(f"no predictions for gene {name!r}; there are {', '.join(self.genes)}")
        column = self.genes.index(name)
        known = self.labels[:, column] != UNKNOWN
        return GenePredictions(self.labels[known, column], self.probabilities[known, column], known)


def label_table(rows: Sequence[PatientRow], genes: Sequence[str]) -> NDArray[np.int8]:
    """The labels (N, G) of rows as every prediction holds them: 1 mutant, 0 wild type, -1 unknown.

    A label known in one row of a patient holds for all.
    """
    of_patient = patient_labels(rows, genes)
    labels = [[of_patient[row.patient_id][gene] for gene in genes] for row in rows]
    table = [[UNKNOWN if label is None else label for label in of] for of in labels]
    return np.array(table, dtype=np.int8).reshape(len(rows), len(genes))


def checked_table(
    row_ids: tuple[str, ...], genes: tuple[str, ...], probabilities: ArrayLike, labels: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Probabilities (N, G) float64 and labels (N, G) int8 as read-only copies.

    Args:
        row_ids: N patient ids, which messages name.
        genes: G names.
        probabilities: (N, G) in [0, 1].
        labels: (N, G) of 1, 0 and -1.

    Raises:
        CohortError: see `Predictions`.
    """
    shape = (len(row_ids), len(genes))
    checked = np.array(probabilities, dtype=np.float64)
    words = np.array(labels)
    for name, table in (("probabilities", checked), ("labels", words)):
        if table.shape != shape:
            raise CohortError(f"{name} have shape {table.shape}; {shape[0]} rows x {shape[1]} genes were expected")
    for name, wrong, table, wanted in (
        ("probability", ~((checked >= 0) & (checked <= 1)), checked, "a number from 0 to 1"),
        ("label", ~np.isin(words, (0, 1, UNKNOWN)), words, "1 (mutant), 0 (wild type) or -1 (unknown)"),
    ):
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            raise CohortError(
                f"patient {row_ids[row]!r}, gene {genes[column]}: {name} {table[row, column]!s}; expected {wanted}"
            )
    marks = words.astype(np.int8)
    checked.flags.writeable = marks.flags.writeable = False
    return checked, marks


def predictions_table(
    predictions: Predictions,
    further: Mapping[str, Sequence[Any]] | None = None,
    *,
    header: bool = True,
    first_column: str = "patient_id",
) -> str:
    """The CSV text: identifier, further columns, then label (empty where unknown) and probability of every gene.

    Args:
        predictions: one row per patient.
        further: columns by name, one value per patient.
        header: False leaves the first line out.
        first_column: heading of the identifiers.
    """
    further = further or {}
    rows: list[list[object]] = []
    if header:
        rows.append(
            [first_column, *further, *(f"{g}_{w}" for g in predictions.genes for w in ("label", "probability"))]
        )
    columns = zip(predictions.patient_ids, predictions.labels, predictions.probabilities, strict=True)
    for row, (patient, labels, values) in enumerate(columns):
        cells = [c for y, p in zip(labels, values, strict=True) for c in ("" if y == UNKNOWN else int(y), float(p))]
        rows.append([patient, *(values_of[row] for values_of in further.values()), *cells])
    return csv_text(rows)
