"""What stands around a model's figures of one gene: the curve, predictive values, subgroups, whom it knows less of."""

from dataclasses import dataclass

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.decision.decision import GeneDecision
from radiogene.evaluation.cohort_tables import answered_patients
from radiogene.evaluation.evaluation import GeneEvaluation
from radiogene.evaluation.missing_predictors import MissingPredictor, known_and_missing, missing_predictors
from radiogene.evaluation.predictions import Predictions
from radiogene.evaluation.predictive_values import (
    OF_THESE,
    OF_TRAINING,
    STATED,
    PredictiveValues,
    predictive_values,
)
from radiogene.evaluation.smooth_calibration import SmoothCalibration, smooth_calibration
from radiogene.evaluation.subgroups import PatientTraits, SubgroupFigures, patient_traits, subgroup_figures
from radiogene.evaluation.verification import Verification, verification
from radiogene.storage.typed_json import JsonObject


@dataclass(frozen=True, eq=False)
class GeneInCohort:
    """One gene.

    Attributes:
        curve: of calibration.
        predictive: values at the prevalence of these patients, of the training patients where known, and as stated.
        missing: per clinical column of the model, how many patients lack it.
        verification: tested patients beside those who were not.
        subgroups: by sex, age, smoking, site and nodule size, and by whether a clinical value is known.
    """

    curve: SmoothCalibration
    predictive: tuple[PredictiveValues, ...]
    missing: tuple[MissingPredictor, ...]
    verification: Verification
    subgroups: tuple[SubgroupFigures, ...]

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        return {
            "calibration_curve": self.curve.to_json(),
            "predictive_values": [values.to_json() for values in self.predictive],
            "missing_predictors": [column.to_json() for column in self.missing],
            "verification": self.verification.to_json(),
            "subgroups": [figures.to_json() for figures in self.subgroups],
        }


def gene_in_cohort(
    predictions: Predictions,
    name: str,
    rule: GeneDecision,
    evaluated: GeneEvaluation,
    cohort: PreparedCohort,
    columns: tuple[str, ...],
) -> GeneInCohort:
    """What stands around the figures of a gene.

    Args:
        predictions: of the model, calibrated.
        name: of the gene.
        rule: by which it is called.
        evaluated: its figures.
        cohort: that the predictions are of.
        columns: clinical ones that the model reads.
    """
    gene, answered = predictions.gene(name), answered_patients(cohort, predictions)
    column = predictions.genes.index(name)
    labels, probabilities = predictions.labels[:, column], predictions.probabilities[:, column]
    unknown = known_and_missing(answered.patients, columns)
    traits = patient_traits(answered.patients, answered.sizes_mm)
    further = {f"{column} known or missing": levels for column, levels in unknown.levels.items()}
    return GeneInCohort(
        curve=smooth_calibration(gene.labels, gene.probabilities),
        predictive=_predictive(evaluated, rule),
        missing=missing_predictors(answered.patients, labels, columns),
        verification=verification(answered.patients, labels, probabilities, answered.sizes_mm),
        subgroups=subgroup_figures(predictions, name, evaluated.threshold, PatientTraits({**traits.levels, **further})),
    )


def _predictive(evaluated: GeneEvaluation, rule: GeneDecision) -> tuple[PredictiveValues, ...]:
    """The values at every prevalence that is known and lies between 0 and 1."""
    counts = evaluated.metrics.counts
    own = counts.mutants / counts.patients if counts.patients else None
    known = ((OF_THESE, own), (OF_TRAINING, rule.prevalence), (STATED, rule.prevalence_used))
    return tuple(
        predictive_values(counts, share, source) for source, share in known if share is not None and 0 < share < 1
    )
