"""What a fit says of its own training patients by models that had not seen them: the ground of every threshold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.predictions import Predictions
from radiogene.storage.typed_json import JsonObject

OUT_OF_FOLD = "out-of-fold"
INNER_VALIDATION = "inner validation"
"""Which predictions these are: of models of the other folds, or of one model for patients held out of its fit."""


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """The out-of-fold predictions of one seed's cross-validation.

    Attributes:
        seed: of its folds.
        predictions: every patient once, not calibrated.
        folds: (N,) number of the fold that held each patient out.
    """

    seed: int
    predictions: Predictions
    folds: NDArray[np.int64]

    def to_json(self) -> JsonObject:
        """The AUC per gene over pairs within a fold, with its interval, as plain JSON values.

        Nothing that depends on a threshold: the threshold is set on these very predictions.
        """
        genes: JsonObject = {}
        for name in self.predictions.genes:
            gene = self.predictions.gene(name)
            area = foldwise_auc(gene.labels, gene.probabilities, self.folds[gene.known])
            genes[name] = {
                "auc": area.auc.to_json(),
                "patients": int(gene.labels.size),
                "mutants": int((gene.labels == 1).sum()),
                "pairs": area.pairs,
                "folds": area.folds,
                "folds_without_pairs": list(area.folds_without_pairs),
            }
        return {"seed": self.seed, "genes": genes}


@dataclass(frozen=True, eq=False)
class HeldOutPredictions:
    """Predictions of training patients that may set thresholds and calibration.

    Attributes:
        predictions: one row per patient, the mean over the models that had not seen it, not calibrated.
        set_on: which predictions these are: `OUT_OF_FOLD` or `INNER_VALIDATION`.
        runs: the cross-validation of each seed, in order; none where one part was held out.
    """

    predictions: Predictions
    set_on: str
    runs: tuple[CrossValidation, ...] = ()

    @property
    def folds(self) -> NDArray[np.int64] | None:
        """(N,) the fold that held each patient out, by the first seed's folds; None where one part was held out."""
        if not self.runs:
            return None
        first = self.runs[0]
        fold_of = dict(zip(first.predictions.patient_ids, first.folds.tolist(), strict=True))
        return np.array([fold_of[patient] for patient in self.predictions.patient_ids], dtype=np.int64)

    @property
    def nameless(self) -> "HeldOutPredictions":
        """The same without identifiers: a patient has one number under all seeds, in an order that tells nothing."""
        return self.numbered(self.nameless_order)

    @property
    def nameless_order(self) -> tuple[str, ...]:
        """The patients in the order of their numbers: by the first seed's fold and probability, which tells nothing."""
        if not self.runs:
            return self.predictions.patient_ids
        first = self.runs[0]
        order = np.lexsort((first.predictions.probabilities[:, 0], first.folds))
        return tuple(first.predictions.patient_ids[row] for row in order)

    def numbered(self, patients: Sequence[str]) -> "HeldOutPredictions":
        """The same with the number of each patient, from "1" on, in place of its identifier.

        Args:
            patients: all of them, in the order of their numbers.
        """
        runs = []
        for run in self.runs:
            predictions, rows = _renamed(run.predictions, patients)
            runs.append(replace(run, predictions=predictions, folds=run.folds[rows]))
        return replace(self, predictions=_renamed(self.predictions, patients)[0], runs=tuple(runs))


def mean_predictions(each: Sequence[Predictions]) -> Predictions:
    """The mean probability of every patient that is in any of them.

    Args:
        each: of the same genes; a patient's labels are equal in all.
    """
    probabilities: dict[str, list[NDArray[np.float64]]] = {}
    labels: dict[str, NDArray[np.int8]] = {}
    for predictions in each:
        for patient, row, known in zip(
            predictions.patient_ids, predictions.probabilities, predictions.labels, strict=True
        ):
            probabilities.setdefault(patient, []).append(row)
            labels[patient] = known
    return Predictions(
        tuple(probabilities),
        each[0].genes,
        np.array([np.mean(rows, axis=0) for rows in probabilities.values()]),
        np.array([labels[patient] for patient in probabilities]),
    )


def _renamed(predictions: Predictions, patients: Sequence[str]) -> tuple[Predictions, NDArray[np.int64]]:
    """The predictions in the order of the patients, named "1", "2" ... by it, and the rows they came from."""
    number_of = {patient: number for number, patient in enumerate(patients, start=1)}
    numbers = np.array([number_of[patient] for patient in predictions.patient_ids], dtype=np.int64)
    rows = np.argsort(numbers)
    names = tuple(str(numbers[row]) for row in rows)
    return Predictions(names, predictions.genes, predictions.probabilities[rows], predictions.labels[rows]), rows
