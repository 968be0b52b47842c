"""A clinical model trained on one cohort and asked about another, which is looked at when all is settled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from patients.nested_evaluation import OUTER_FOLDS, clinical_inputs, known_rows, labels_of
from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.row import PatientRow
from radiogene.decision.threshold import youden_threshold
from radiogene.evaluation.evaluation import EvaluationReport, Threshold, evaluate_predictions
from radiogene.evaluation.predictions import Predictions, label_table
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.nested import fitted, fold_numbers, out_of_fold
from radiogene.methods.tabular.pipeline import learner_pipeline

SEED = 0


@dataclass(frozen=True, eq=False)
class FrozenForest:
    """A clinical model that is finished.

    Attributes:
        gene: that it tells.
        encoder: of its columns, fitted on its training patients.
        model: fitted on them.
        threshold: from predictions out of fold of the training patients.
    """

    gene: str
    encoder: ClinicalEncoder
    model: object
    threshold: Threshold

    def probabilities(self, rows: Sequence[PatientRow]) -> NDArray[np.float64]:
        """P(mutant) (N,) of other patients."""
        values = self.encoder.encode(rows).astype(np.float64)
        return self.model.predict_proba(values)[:, 1]  # type: ignore[attr-defined]


def frozen_forest(rows: Sequence[PatientRow], gene: str, columns: Sequence[str]) -> FrozenForest:
    """The forest of 100 trees of all training patients whose status is known, with its threshold.

    Args:
        rows: the training patients.
        gene: which.
        columns: that it is given.
    """
    known = known_rows(rows, gene)
    labels = labels_of(known, gene)

    def make() -> object:
        return learner_pipeline(Learner.FOREST, seed=SEED)

    inputs = clinical_inputs(known, columns)
    folds = fold_numbers([row.patient_id for row in known], labels[:, None], (gene,), OUTER_FOLDS, SEED)
    threshold = youden_threshold(labels, out_of_fold(inputs, labels, folds, make)).value
    model = fitted(inputs(np.arange(len(known))), labels, make)
    return FrozenForest(gene, ClinicalEncoder.fit(known, columns), model, Threshold(threshold, "out-of-fold"))


def external_report(forests: Sequence[FrozenForest], rows: Sequence[PatientRow]) -> EvaluationReport:
    """The figures of frozen forests, one per gene, on other patients, with its probabilities as they are.

    Args:
        forests: finished before these patients were looked at.
        rows: of the other cohort.
    """
    genes = tuple(forest.gene for forest in forests)
    probabilities = np.column_stack([forest.probabilities(rows) for forest in forests])
    predictions = Predictions(tuple(row.patient_id for row in rows), genes, probabilities, label_table(rows, genes))
    return evaluate_predictions(predictions, {forest.gene: forest.threshold for forest in forests})
