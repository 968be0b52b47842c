"""Predictions for patients whom a pipeline had not seen, and the pipeline fitted again on all."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.splits import stratified_folds
from radiogene.errors import TrainingError
from radiogene.evaluation.class_counts import refuse_few_of_a_class
from radiogene.methods.tabular.learner import INNER_FOLDS

MUTANT, WILD_TYPE, UNKNOWN = 1, 0, -1
"""Labels, as `evaluation/predictions.py::Predictions` holds them."""

LabelWords = dict[int, int | None]


class Classifier(Protocol):
    """What scikit-learn calls a classifier."""

    def fit(self, values: NDArray[np.float64], labels: NDArray[np.int8]) -> Self:
        """The fitted classifier of values (N, F) and labels (N,)."""

    def predict_proba(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities (N, 2) of wild type and mutant."""


Inputs = Callable[[NDArray[np.int_]], NDArray[np.float64]]
"""The values (N, F) of all patients, encoded and scaled by the patients at the given positions and no others."""

Maker = Callable[[], Any]
"""A `Classifier` that has not been fitted; a new one at each call."""


def plain(values: NDArray[np.float64]) -> Inputs:
    """The inputs of values (N, F) that need no encoding."""
    return lambda _: values


def fold_numbers(
    patient_ids: Sequence[str], labels: NDArray[np.int8], genes: Sequence[str], folds: int, seed: int
) -> NDArray[np.int64]:
    """The fold (N,) that holds each patient out, stratified over the genes.

    Args:
        patient_ids: N different ones.
        labels: (N, G) 1 mutant, 0 wild type, -1 unknown.
        genes: G names.
        folds: 2 or more.
        seed: which of the equally balanced splits.

    Raises:
        CohortError: a gene with fewer mutants or wild types than folds.
    """
    words: LabelWords = {MUTANT: 1, WILD_TYPE: 0, UNKNOWN: None}
    of_patient = {
        patient: {gene: words[int(label)] for gene, label in zip(genes, row, strict=True)}
        for patient, row in zip(patient_ids, labels, strict=True)
    }
    numbers = {
        patient: number
        for number, fold in enumerate(stratified_folds(of_patient, folds, seed))
        for patient in fold.test_ids
    }
    return np.array([numbers[patient] for patient in patient_ids], dtype=np.int64)


def out_of_fold(
    inputs: Inputs, labels: NDArray[np.int8], folds: NDArray[np.int64], make: Maker, gene: str = "gene"
) -> NDArray[np.float64]:
    """P(mutant) (N,) of every patient, by a classifier fitted from scratch on the other folds' known labels.

    Args:
        inputs: of the N patients.
        labels: (N,) of one gene: 1 mutant, 0 wild type, -1 unknown.
        folds: (N,) number of the fold that holds each patient out.
        make: the classifier.
        gene: for messages.

    Raises:
        TrainingError: a training part with fewer than 3 mutants or wild types, or without a feature that varies.
    """
    predicted = np.full(len(labels), np.nan)
    for number in np.unique(folds):
        held_out = folds == number
        training = np.flatnonzero(~held_out)
        values = inputs(training)
        classifier = fitted(values[training], labels[training], make, gene)
        predicted[held_out] = classifier.predict_proba(values[held_out])[:, 1]
    return predicted


def fitted(values: NDArray[np.float64], labels: NDArray[np.int8], make: Maker, gene: str = "gene") -> Any:
    """The classifier, fitted on the patients whose label is known.

    Args:
        values: (N, F); NaN where a value is unknown.
        labels: (N,) of one gene: 1 mutant, 0 wild type, -1 unknown.
        make: the classifier.
        gene: for messages.

    Raises:
        TrainingError: fewer than 3 mutants or wild types, an infinite value, or no feature that varies.
    """
    known = labels != UNKNOWN
    refuse_few_of_a_class(labels[:, None], (gene,), INNER_FOLDS, "training part of a fold")
    _require_usable(values[known])
    return make().fit(values[known], labels[known])


def _require_usable(values: NDArray[np.float64]) -> None:
    """Refuses infinite values and a table in which nothing varies."""
    if np.isinf(values).any():
        row, column = np.argwhere(np.isinf(values))[0]
        raise TrainingError(f"Feature {column} of training patient {row} is infinite; wanted a number or NaN.")
    lowest = np.where(np.isnan(values), np.inf, values).min(axis=0, initial=np.inf)
    highest = np.where(np.isnan(values), -np.inf, values).max(axis=0, initial=-np.inf)
    if not (highest > lowest).any():
        raise TrainingError(
            f"All {values.shape[1]} features are constant or unknown in the {values.shape[0]} training patients; "
            "wanted one that varies."
        )
