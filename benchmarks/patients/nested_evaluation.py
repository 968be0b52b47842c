"""A learner in nested cross-validation on one gene: what is fitted, chosen or set sees the training part alone.

Each outer fold's threshold is Youden's, on predictions out of inner folds of its training part; so its calls are as
blind as its probabilities. Intervals of the figures are those of one seed, conditional on its fits; what the seed and
the training patients do to the AUC stands beside them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.row import PatientRow
from radiogene.decision.threshold import youden_threshold
from radiogene.evaluation.bootstrap import BootstrapSettings, with_intervals
from radiogene.evaluation.calibration_measures import CalibrationMeasures, calibration_measures
from radiogene.evaluation.foldwise import FoldwiseAuc, foldwise_auc
from radiogene.evaluation.metrics import ConfusionMetrics, confusion_metrics
from radiogene.evaluation.permutation_check import OutOfFold, PermutationCheck, permutation_check
from radiogene.evaluation.repeated_fits import CorrectedMean, SeedSpread, corrected_mean, fold_areas, seed_spread
from radiogene.methods.tabular.learner import TREES, Learner
from radiogene.methods.tabular.nested import Inputs, fold_numbers, out_of_fold
from radiogene.methods.tabular.pipeline import learner_pipeline

OUTER_FOLDS = 5
THRESHOLD_FOLDS = 3
"""Inside an outer fold's training part."""

BOOTSTRAP = BootstrapSettings()


@dataclass(frozen=True, eq=False)
class Question:
    """A gene to be told from some columns in some patients.

    Attributes:
        gene: its name.
        patient_ids: N different ones.
        labels: (N,) 1 mutant, 0 wild type; none unknown.
        inputs: of the N patients.
        learner: what is fitted.
    """

    gene: str
    patient_ids: tuple[str, ...]
    labels: NDArray[np.int8]
    inputs: Inputs
    learner: Learner

    @property
    def mutants(self) -> int:
        """How many."""
        return int((self.labels == 1).sum())

    def make(self, seed: int, trees: int = TREES) -> Callable[[], Any]:
        """A maker of the learner's pipelines."""
        return lambda: learner_pipeline(self.learner, seed=seed, trees=trees)

    def folds(self, seed: int, count: int = OUTER_FOLDS) -> NDArray[np.int64]:
        """The fold (N,) that holds each patient out."""
        return fold_numbers(self.patient_ids, self.labels[:, None], (self.gene,), count, seed)


@dataclass(frozen=True, eq=False)
class SeedRun:
    """One seed's cross-validation.

    Attributes:
        folds: (N,) the fold that held each patient out.
        probabilities: (N,) out of fold.
    """

    folds: NDArray[np.int64]
    probabilities: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NestedResult:
    """Every figure of one question.

    Attributes:
        question: what was asked.
        runs: one per seed; the first gives the figures with intervals.
        thresholds: of the first seed's folds, each set inside its training part.
        auc: of the first seed, over pairs within folds.
        metrics: of the first seed's calls.
        calibration: of the first seed's probabilities, which nothing has calibrated.
        spread: of the AUC over seeds.
        corrected: mean AUC over folds of all seeds, with the interval that allows for other training patients.
    """

    question: Question
    runs: tuple[SeedRun, ...]
    thresholds: tuple[float, ...]
    auc: FoldwiseAuc
    metrics: ConfusionMetrics
    calibration: CalibrationMeasures
    spread: SeedSpread
    corrected: CorrectedMean

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, not rounded."""
        return {
            "gene": self.question.gene,
            "learner": self.question.learner.value,
            "patients": len(self.question.patient_ids),
            "mutants": self.question.mutants,
            "pairs": self.auc.pairs,
            "auc": self.auc.auc.to_json(),
            "accuracy": self.metrics.accuracy.to_json(),
            "sensitivity": self.metrics.sensitivity.to_json(),
            "specificity": self.metrics.specificity.to_json(),
            "f1": self.metrics.f1.to_json(),
            "thresholds": list(self.thresholds),
            "auc_over_seeds": self.spread.to_json(),
            "auc_corrected": self.corrected.mean.to_json(),
            **self.calibration.to_json(),
        }


def known_rows(rows: Sequence[PatientRow], gene: str) -> tuple[PatientRow, ...]:
    """The patients whose status of a gene is known."""
    return tuple(row for row in rows if row.labels[gene] is not None)


def labels_of(rows: Sequence[PatientRow], gene: str) -> NDArray[np.int8]:
    """The labels (N,) of patients whose status is known."""
    return np.array([row.labels[gene] for row in rows], dtype=np.int8)


def clinical_inputs(rows: Sequence[PatientRow], columns: Sequence[str]) -> Inputs:
    """The clinical values of all rows, coded and scaled by the rows at given positions."""

    def encoded(training: NDArray[np.int_]) -> NDArray[np.float64]:
        encoder = ClinicalEncoder.fit([rows[i] for i in training], columns)
        return encoder.encode(rows).astype(np.float64)

    return encoded


def clinical_question(rows: Sequence[PatientRow], gene: str, columns: Sequence[str]) -> Question:
    """The clinical model's question: a forest of 100 trees on these columns, for all patients with a known status."""
    known = known_rows(rows, gene)
    return Question(
        gene,
        tuple(row.patient_id for row in known),
        labels_of(known, gene),
        clinical_inputs(known, columns),
        Learner.FOREST,
    )


def nested_result(question: Question, seeds: int) -> NestedResult:
    """The question's figures over seeds 0, 1 ...

    Args:
        question: what is asked.
        seeds: how many.

    Raises:
        TrainingError: too few patients of a kind in a training part.
    """
    labels = question.labels
    runs = tuple(_run(question, seed) for seed in range(seeds))
    first = runs[0]
    thresholds = _thresholds(question, first.folds, seed=0)
    calls = first.probabilities >= np.array(thresholds)[first.folds]
    areas = np.array([fold_areas(labels, run.probabilities, run.folds) for run in runs])
    return NestedResult(
        question,
        runs,
        thresholds,
        foldwise_auc(labels, first.probabilities, first.folds, BOOTSTRAP),
        with_intervals(confusion_metrics(labels, calls), BOOTSTRAP),
        calibration_measures(labels, first.probabilities, BOOTSTRAP),
        seed_spread([_auc(labels, run) for run in runs]),
        corrected_mean(areas),
    )


def permuted(question: Question, permutations: int, trees: int = TREES) -> PermutationCheck:
    """The mean AUC within folds where labels are dealt anew and everything is fitted again, from splitting on.

    Args:
        question: what is asked.
        permutations: how many.
        trees: of each forest; fewer leave a leak as visible, and take less time.
    """

    def once(labels: NDArray[np.int8]) -> OutOfFold:
        dealt = replace(question, labels=labels[:, 0])
        folds = dealt.folds(0)
        return OutOfFold(out_of_fold(dealt.inputs, dealt.labels, folds, dealt.make(0, trees))[:, None], folds)

    return permutation_check((question.gene,), question.labels[:, None], once, permutations)


def _run(question: Question, seed: int) -> SeedRun:
    """The predictions out of fold of one seed."""
    folds = question.folds(seed)
    return SeedRun(folds, out_of_fold(question.inputs, question.labels, folds, question.make(seed)))


def _thresholds(question: Question, folds: NDArray[np.int64], seed: int) -> tuple[float, ...]:
    """Per outer fold Youden's threshold on predictions out of the inner folds of its training part."""
    found = []
    for number in range(OUTER_FOLDS):
        training = np.flatnonzero(folds != number)
        inside = replace(
            question,
            patient_ids=tuple(question.patient_ids[i] for i in training),
            labels=question.labels[training],
            inputs=_at(question.inputs, training),
        )
        inner = inside.folds(seed, THRESHOLD_FOLDS)
        predicted = out_of_fold(inside.inputs, inside.labels, inner, inside.make(seed))
        found.append(youden_threshold(inside.labels, predicted).value)
    return tuple(found)


def _at(inputs: Inputs, positions: NDArray[np.int_]) -> Inputs:
    """The inputs of some of the patients alone."""
    return lambda own: inputs(positions[own])[positions]


def _auc(labels: NDArray[np.int8], run: SeedRun) -> float:
    """The AUC within folds of one seed."""
    found = foldwise_auc(labels, run.probabilities, run.folds, BootstrapSettings(resamples=1)).auc.value
    if found is None:
        raise ValueError("no fold has both a mutant and a wild type")
    return found
