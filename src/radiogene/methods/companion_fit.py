"""The fit of a model's companion on the clinical values alone, on the model's own patients and folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.decision.calibration import CalibrationKind
from radiogene.decision.clinical_only import ClinicalOnly, LogOdds, clinical_companion
from radiogene.errors import CohortError, TrainingError
from radiogene.evaluation.held_out import OUT_OF_FOLD, CrossValidation, HeldOutPredictions, mean_predictions
from radiogene.evaluation.predictions import Predictions
from radiogene.methods.method import MethodEntry, Need
from radiogene.methods.table_columns import SEMANTIC_COLUMNS, SLIDES_COLUMN, SUV_COLUMN
from radiogene.methods.tabular.learner import Learner

NO_IMAGE = "the system reads no image, so there is nothing that an image could add"
NO_FOLDS = (
    "the model was trained without folds, and nothing may be fitted on cases that it was fitted on or stopped by: "
    "train it with `radiogene train --folds 5`"
)

READS_IMAGES = frozenset({Need.CUBE, Need.SEGMENT, Need.SLIDES})


@dataclass(frozen=True, eq=False)
class FittedCompanion:
    """A companion with its out-of-fold predictions.

    Attributes:
        clinical_only: for the model folder.
        held_out: None where there is no companion.
    """

    clinical_only: ClinicalOnly
    held_out: HeldOutPredictions | None


def fitted_companion(
    entry: MethodEntry,
    columns: Sequence[str],
    cohort: PreparedCohort,
    held_out: HeldOutPredictions,
    calibration: CalibrationKind,
) -> FittedCompanion:
    """The companion of a system that was fitted on a cohort, or the reason why there is none.

    It reads the clinical columns of the system, or, where the system reads none, age, sex and smoking. What is fitted
    is the logistic regression of `methods/tabular`, as in the system `clinical-logistic`.

    Args:
        entry: the system.
        columns: of the table, that it reads.
        cohort: that it was fitted on.
        held_out: its predictions for these patients.
        calibration: kind of its calibration.
    """
    if not READS_IMAGES & set(entry.needs):
        return FittedCompanion(ClinicalOnly(NO_IMAGE, None), None)
    if not held_out.runs:
        return FittedCompanion(ClinicalOnly(NO_FOLDS, None), None)
    clinical = tuple(name for name in columns if name not in (*SEMANTIC_COLUMNS, SUV_COLUMN, SLIDES_COLUMN))
    row_of = dict(zip(cohort.patient_ids, cohort.patients, strict=True))
    try:
        return _fitted(clinical or DEFAULT_COLUMNS, row_of, held_out, calibration)
    except (TrainingError, CohortError) as error:
        reason = f"no companion on {', '.join(clinical or DEFAULT_COLUMNS)} can be fitted: {error}"
        return FittedCompanion(ClinicalOnly(reason.rstrip("."), None), None)


def _fitted(
    columns: tuple[str, ...], row_of: dict[str, PatientRow], model: HeldOutPredictions, calibration: CalibrationKind
) -> FittedCompanion:
    from radiogene.methods.tabular.nested import fitted, out_of_fold
    from radiogene.methods.tabular.patient_numbers import PatientNumbers
    from radiogene.methods.tabular.pipeline import learner_pipeline

    make = partial(learner_pipeline, Learner.LOGISTIC, seed=0)
    genes = model.predictions.genes

    def numbers_of(predictions: Predictions) -> PatientNumbers:
        rows = [row_of[patient] for patient in predictions.patient_ids]
        return PatientNumbers(rows, columns, (), np.zeros((len(rows), 0)))

    runs = []
    for run in model.runs:
        own, numbers = run.predictions, numbers_of(run.predictions)
        each = [
            out_of_fold(numbers.as_seen_by, labels, run.folds, make, gene)
            for gene, labels in zip(genes, own.labels.T, strict=True)
        ]
        alone = Predictions(own.patient_ids, genes, np.column_stack(each), own.labels)
        runs.append(CrossValidation(run.seed, alone, run.folds))
    held_out = HeldOutPredictions(mean_predictions([run.predictions for run in runs]), OUT_OF_FOLD, tuple(runs))

    numbers = numbers_of(model.predictions)
    encoder = numbers.encoder(np.arange(len(numbers.rows)))
    values = numbers.encoded(encoder)
    log_odds = {
        gene: _log_odds(fitted(values, labels, make, gene), encoder.width)
        for gene, labels in zip(genes, model.predictions.labels.T, strict=True)
    }
    companion = clinical_companion(encoder, log_odds, model, held_out, calibration)
    return FittedCompanion(ClinicalOnly("", companion), held_out)


def _log_odds(pipeline: "object", width: int) -> LogOdds:
    """The coefficients of a fitted pipeline whose steps are all linear, by its values at 0 and at each unit vector."""
    at: NDArray[np.float64] = pipeline.decision_function(np.vstack([np.zeros(width), np.eye(width)]))  # type: ignore[attr-defined]
    return LogOdds(float(at[0]), tuple(float(value) for value in at[1:] - at[0]))
