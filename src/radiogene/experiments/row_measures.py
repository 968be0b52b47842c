"""The figures of a row: of external patients at the frozen threshold, or of training patients, cross-fitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from radiogene.decision.calibration import fit_calibration
from radiogene.decision.threshold import youden_threshold
from radiogene.errors import TrainingError
from radiogene.evaluation.bootstrap import BootstrapSettings, with_intervals
from radiogene.evaluation.event_gate import point_only
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.intervals import auc_with_interval
from radiogene.evaluation.measure import Measure, undefined
from radiogene.evaluation.metrics import auc, confusion_metrics
from radiogene.evaluation.repeated_fits import FoldScores, corrected_auc
from radiogene.experiments.planned_fit import FitResult
from radiogene.report.evidence.evidence_table import CONDITIONAL
from radiogene.report.numbers import measure_text

BOOTSTRAP = BootstrapSettings()


CONDITIONAL_CALLS = "percentile bootstrap of patients, conditional on the fitted models"

ONE_PART = (
    "no interval and no test: one part of the training cohort was held out, and it also set the threshold and the end "
    "of the training; `--folds 5` cross-validates"
)


@dataclass(frozen=True, eq=False)
class RowFigures:
    """What one system reached for one gene in one cohort.

    Attributes:
        measures: by column key.
        patient_ids: K patients with a known label.
        labels: (K,) 1 mutant, 0 wild type.
        scores: (K,) that a curve is drawn of; of training patients not calibrated, as calibration may make ties.
        probabilities: (K,) calibrated; of training patients by a calibration of other folds.
        calls: (K,) True where the call is mutant; None where no threshold could be set for them.
        folds: (K,) that held each patient out; None where there are none.
        rests_on: which predictions, in words.
        runs: the cross-validations (K patients each) that the AUC is a mean over, by seed; none of external patients.
        untested: why nothing may be tested on these predictions; empty where it may.
    """

    measures: Mapping[str, Measure]
    patient_ids: tuple[str, ...]
    labels: NDArray[np.int8]
    scores: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    calls: NDArray[np.bool_] | None
    folds: NDArray[np.int64] | None
    rests_on: str
    runs: Mapping[int, FoldScores] = field(default_factory=dict)
    untested: str = ""

    @property
    def mutants(self) -> int:
        """Patients labelled mutant."""
        return int(self.labels.sum())

    @property
    def under_curve(self) -> Measure:
        """The AUC of the curve that `scores` draw; of a training cohort that of one repeat, without an interval."""
        return self.measures["auc"] if not self.runs else replace(self.measures[CONDITIONAL], interval=None)


def external_figures(result: FitResult, gene: str) -> RowFigures:
    """The figures of the external cohort: the AUC over all pairs, and calls at the threshold of the training side.

    Args:
        result: of a fit.
        gene: which gene.
    """
    known = result.external.gene(gene)
    calls = known.probabilities >= result.decision.gene(gene).threshold
    metrics = with_intervals(confusion_metrics(known.labels, calls), BOOTSTRAP)
    return RowFigures(
        measures={"auc": auc_with_interval(known.labels, known.probabilities), **metrics.measures},
        patient_ids=_ids(result.external.patient_ids, known.known),
        labels=known.labels,
        scores=known.probabilities,
        probabilities=known.probabilities,
        calls=calls,
        folds=None,
        rests_on=f"external patients, threshold set on {result.held_out.set_on} predictions",
    )


def training_figures(result: FitResult, gene: str, repeats: Sequence[FitResult] = ()) -> RowFigures:
    """The figures of training patients by models that had not seen them.

    With folds the AUC is the mean over folds and repeats with the corrected interval, that of the first repeat's models
    stands beside it, and each patient is calibrated and called by what the other folds give. Without folds the held-out
    part set the threshold, the calibration and the end of the training, and its figures are optimistic points;
    `rests_on` says so.

    Args:
        result: of a fit.
        gene: which gene.
        repeats: the same system cross-validated again with other seeds.
    """
    known, folds_of_all = result.held_out.predictions.gene(gene), result.held_out.folds
    patient_ids = _ids(result.held_out.predictions.patient_ids, known.known)
    if folds_of_all is None:
        rule = result.decision.gene(gene)
        probabilities = rule.calibration.apply(known.probabilities)
        area = point_only(auc(known.labels, probabilities), ONE_PART)
        calls = probabilities >= rule.threshold
        points = confusion_metrics(known.labels, calls).measures
        return RowFigures(
            measures={
                "auc": area,
                CONDITIONAL: area,
                **{name: point_only(measure, ONE_PART) for name, measure in points.items()},
            },
            patient_ids=patient_ids,
            labels=known.labels,
            scores=known.probabilities,
            probabilities=probabilities,
            calls=calls,
            folds=None,
            rests_on=f"{result.held_out.set_on} patients, who also set threshold and stopping: optimistic",
            untested=ONE_PART,
        )
    folds = folds_of_all[known.known]
    runs = {seed: run for each in (result, *repeats) for seed, run in _runs(each, gene, patient_ids).items()}
    try:
        cross_fitted = _cross_fitted(result, gene, known.labels, known.probabilities, folds)
        metrics = with_intervals(confusion_metrics(known.labels, cross_fitted.calls), BOOTSTRAP, CONDITIONAL_CALLS)
        of_calls = metrics.measures
    except TrainingError as error:
        cross_fitted = None
        of_calls = dict.fromkeys(("accuracy", "sensitivity", "specificity", "f1"), undefined(str(error)))
    return RowFigures(
        measures={
            "auc": corrected_auc(known.labels, tuple(runs.values())),
            CONDITIONAL: foldwise_auc(known.labels, known.probabilities, folds, BOOTSTRAP).auc,
            **of_calls,
        },
        patient_ids=patient_ids,
        labels=known.labels,
        scores=known.probabilities,
        probabilities=known.probabilities if cross_fitted is None else cross_fitted.probabilities,
        calls=None if cross_fitted is None else cross_fitted.calls,
        folds=folds,
        rests_on=f"{result.held_out.set_on} patients, {_repeats_words(tuple(runs), int(np.unique(folds).size))}; calls "
        "of the first, by thresholds that the other folds set",
        runs=runs,
    )


def _repeats_words(seeds: Sequence[int], folds: int) -> str:
    """How often was cross-validated, and with which seeds."""
    if len(seeds) == 1:
        return f"one cross-validation of {folds} folds (seed {seeds[0]})"
    listed = f"{', '.join(map(str, seeds[:-1]))} and {seeds[-1]}"
    return f"{len(seeds)} cross-validations of {folds} folds (seeds {listed})"


def _runs(result: FitResult, gene: str, patient_ids: tuple[str, ...]) -> dict[int, FoldScores]:
    """The cross-validations of a fit by seed, for K patients in the given order."""
    runs = {}
    for run in result.held_out.runs:
        place = {patient: n for n, patient in enumerate(run.predictions.patient_ids)}
        rows = np.array([place[patient] for patient in patient_ids], dtype=int)
        column = run.predictions.genes.index(gene)
        runs[run.seed] = FoldScores(run.predictions.probabilities[rows, column], run.folds[rows])
    return runs


@dataclass(frozen=True, eq=False)
class _CrossFitted:
    """Probabilities and calls (K,), each by the calibration and threshold that the other folds give."""

    probabilities: NDArray[np.float64]
    calls: NDArray[np.bool_]


def _cross_fitted(
    result: FitResult,
    gene: str,
    labels: NDArray[np.int8],
    raw: NDArray[np.float64],
    folds: NDArray[np.int64],
) -> _CrossFitted:
    """Labels (K,), uncalibrated probabilities (K,) and folds (K,) of one gene, calibrated and called."""
    kind = result.decision.gene(gene).calibration.kind
    probabilities, calls = np.empty(raw.shape), np.empty(raw.shape, dtype=bool)
    for number in np.unique(folds):
        own = folds == number
        calibration = fit_calibration(kind, labels[~own], raw[~own])
        threshold = youden_threshold(labels[~own], calibration.apply(raw[~own]))
        probabilities[own] = calibration.apply(raw[own])
        calls[own] = probabilities[own] >= threshold.value
    return _CrossFitted(probabilities, calls)


def _ids(patient_ids: tuple[str, ...], known: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(patient for patient, is_known in zip(patient_ids, known, strict=True) if is_known)


DASH = "-"


def measure_words(measure: Measure) -> str:
    """`0.812 (0.744 to 0.871)`, as in the figures beside the table; a dash where there is no value."""
    return measure_text(measure, undefined=DASH)
