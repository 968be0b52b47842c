"""One cohort's predictions, evaluated per gene and patient: the report that every table is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import CohortError, SettingsError
from radiogene.evaluation.bootstrap import BootstrapSettings, with_intervals
from radiogene.evaluation.calibration_measures import CalibrationMeasures, calibration_measures
from radiogene.evaluation.foldwise import FoldwiseAuc, foldwise_auc
from radiogene.evaluation.intervals import auc_with_interval
from radiogene.evaluation.measure import Measure
from radiogene.evaluation.metrics import ConfusionMetrics, confusion_metrics
from radiogene.evaluation.predictions import GenePredictions, Predictions
from radiogene.storage.typed_json import JsonObject, to_json


@dataclass(frozen=True)
class Threshold:
    """At or above which probability a patient is called mutant.

    Attributes:
        value: on the scale of the probabilities that are evaluated.
        set_on: which predictions set it, in words ("inner validation", "out-of-fold", ...).
    """

    value: float
    set_on: str


@dataclass(frozen=True)
class EvaluationSettings:
    """How intervals are made.

    Attributes:
        bootstrap: resamples and seed.
    """

    bootstrap: BootstrapSettings = field(default_factory=BootstrapSettings)


@dataclass(frozen=True)
class GeneEvaluation:
    """Every figure of one gene.

    Attributes:
        patients: with a known label.
        mutants: of these.
        unknown: patients left out because the gene was not tested.
        threshold: at which calls were made.
        auc: over all pairs, or over pairs within folds.
        folds: what the fold-wise AUC rests on; None where it is over all pairs.
        metrics: ACC, SEN, SPE, F1 at the threshold.
        calibration: Brier, slope, intercepts, ECE.
    """

    patients: int
    mutants: int
    unknown: int
    threshold: Threshold
    auc: Measure
    folds: FoldwiseAuc | None
    metrics: ConfusionMetrics
    calibration: CalibrationMeasures

    @property
    def measures(self) -> dict[str, Measure]:
        """Every figure that has an interval, by the key that files and tables know it by."""
        return {
            "auc": self.auc,
            **self.metrics.measures,
            **self.calibration.measures,
        }

    def to_json(self) -> JsonObject:
        """All figures as plain JSON values, shares from 0 to 1, not rounded."""
        counts = self.metrics.counts
        of_folds: JsonObject = {}
        if self.folds is not None:
            of_folds = {
                "pairs": self.folds.pairs,
                "folds": self.folds.folds,
                "folds_without_pairs": self.folds.folds_without_pairs,
            }
        return {
            "patients": self.patients,
            "mutants": self.mutants,
            "wild_types": counts.wild_types,
            "unknown": self.unknown,
            "threshold": to_json(self.threshold),
            "auc": {**self.auc.to_json(), **of_folds},
            **{name: measure.to_json() for name, measure in self.metrics.measures.items()},
            "confusion": to_json(counts),
            **self.calibration.to_json(),
        }


@dataclass(frozen=True)
class EvaluationReport:
    """The evaluation of one cohort.

    Attributes:
        patients: all of them, also those whose labels are unknown.
        genes: by name, in the order of the predictions.
    """

    patients: int
    genes: Mapping[str, GeneEvaluation]

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded; what is undefined is null with its reason, never NaN."""
        return {"patients": self.patients, "genes": {name: gene.to_json() for name, gene in self.genes.items()}}


def evaluate_predictions(
    predictions: Predictions,
    thresholds: Mapping[str, Threshold],
    folds: NDArray[np.int64] | None = None,
    settings: EvaluationSettings = EvaluationSettings(),
) -> EvaluationReport:
    """Every figure of method.md section 6, per gene, on the patients whose label is known.

    Args:
        predictions: one row per patient; calibrated probabilities if the model is calibrated.
        thresholds: for every gene, on the scale of these probabilities.
        folds: (N,) for out-of-fold predictions of a training cohort, the fold that held each patient out: the AUC is
            then over pairs within a fold. None for another cohort: over all pairs.
        settings: how intervals are made.

    Raises:
        SettingsError: a gene without a threshold.
        CohortError: fold numbers that do not belong to these patients.
    """
    missing = [gene for gene in predictions.genes if gene not in thresholds]
    if missing:
        raise SettingsError(
            f"no threshold for {', '.join(missing)} (thresholds are there for {', '.join(thresholds) or 'no gene'}): "
            "give the decision of the model that made these predictions"
        )
    if folds is not None and folds.shape != (len(predictions.patient_ids),):
        raise CohortError(f"{folds.size} fold numbers for {len(predictions.patient_ids)} patients; one each expected")
    evaluated = {
        name: _evaluate_gene(predictions.gene(name), thresholds[name], folds, settings) for name in predictions.genes
    }
    return EvaluationReport(len(predictions.patient_ids), evaluated)


def _evaluate_gene(
    gene: GenePredictions, threshold: Threshold, folds: NDArray[np.int64] | None, settings: EvaluationSettings
) -> GeneEvaluation:
    """The figures of one gene; folds (N,) are those of all patients."""
    labels, probabilities = gene.labels, gene.probabilities
    within = None if folds is None else foldwise_auc(labels, probabilities, folds[gene.known], settings.bootstrap)
    metrics = confusion_metrics(labels, probabilities >= threshold.value)
    return GeneEvaluation(
        patients=labels.size,
        mutants=int(np.sum(labels == 1)),
        unknown=int(np.sum(~gene.known)),
        threshold=threshold,
        auc=auc_with_interval(labels, probabilities) if within is None else within.auc,
        folds=within,
        metrics=with_intervals(metrics, settings.bootstrap),
        calibration=calibration_measures(labels, probabilities, settings.bootstrap),
    )
