"""A learner in repeated nested cross-validation: what is fitted, chosen or set sees the training part alone.

Each outer fold's threshold is Youden's, on predictions out of inner folds of its training part; so its calls are as
blind as its probabilities. Everything is done again with every seed. The AUC has the interval that allows for other
training patients, where there are patients enough for one; of the calls the mean over the seeds stands with the lowest
and the highest, which are no interval.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.row import PatientRow
from radiogene.decision.threshold import youden_threshold
from radiogene.errors import TrainingError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.comparison import AucComparison
from radiogene.evaluation.foldwise import FoldwiseAuc, foldwise_auc
from radiogene.evaluation.measure import Measure
from radiogene.evaluation.metrics import confusion_metrics, placements
from radiogene.evaluation.permutation_check import OutOfFold, PermutationCheck, permutation_check
from radiogene.evaluation.repeated_fits import (
    FoldScores,
    SeedSpread,
    corrected_auc,
    corrected_auc_difference,
    seed_spread,
)
from radiogene.methods.tabular.learner import TREES, Learner
from radiogene.methods.tabular.nested import Inputs, fold_numbers, out_of_fold
from radiogene.methods.tabular.pipeline import learner_pipeline

OUTER_FOLDS = 5
THRESHOLD_FOLDS = 3
"""Inside an outer fold's training part."""

BOOTSTRAP = BootstrapSettings()

CALLS = ("accuracy", "sensitivity", "specificity", "f1")


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
        thresholds: of its folds, each set inside its training part; NaN where the model ranked the training part's
            patients the wrong way round, so that no threshold can be set.
    """

    folds: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    thresholds: tuple[float, ...]

    @property
    def scores(self) -> FoldScores:
        """As comparisons take them."""
        return FoldScores(self.probabilities, self.folds)

    @property
    def calls(self) -> NDArray[np.bool_] | None:
        """(N,) at each fold's own threshold; None where a fold has none."""
        if np.isnan(self.thresholds).any():
            return None
        called: NDArray[np.bool_] = self.probabilities >= np.array(self.thresholds)[self.folds]
        return called


@dataclass(frozen=True, eq=False)
class NestedResult:
    """Every figure of one question.

    Attributes:
        question: what was asked.
        runs: one per seed.
        auc: mean over the folds of all seeds, with the interval that allows for other training patients.
        spread: of the AUC within folds over seeds.
        pooled: of the AUC over all pairs of patients, also of different folds, over seeds.
        first: AUC within folds of the first seed, with the interval that is conditional on its fits.
        calls: mean, lowest and highest of each figure of the calls over the seeds that have a threshold in every fold;
            None where it is defined in none.
    """

    question: Question
    runs: tuple[SeedRun, ...]
    auc: Measure
    spread: SeedSpread
    pooled: SeedSpread
    first: FoldwiseAuc
    calls: dict[str, SeedSpread | None]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, not rounded."""
        return {
            "gene": self.question.gene,
            "learner": self.question.learner.value,
            "patients": len(self.question.patient_ids),
            "mutants": self.question.mutants,
            "auc": self.auc.to_json(),
            "auc_over_seeds": self.spread.to_json(),
            "pooled_auc_over_seeds": self.pooled.to_json(),
            "auc_of_first_seed_conditional": self.first.auc.to_json(),
            **{name: None if spread is None else spread.to_json() for name, spread in self.calls.items()},
            "thresholds": [[None if value != value else value for value in run.thresholds] for run in self.runs],
        }

    def minus(self, other: "NestedResult") -> AucComparison:
        """The difference of the AUCs on the same folds, with the corrected interval and test."""
        ours, theirs = ([run.scores for run in result.runs] for result in (self, other))
        return corrected_auc_difference(self.question.labels, ours, theirs)


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


def clinical_question(
    rows: Sequence[PatientRow], gene: str, columns: Sequence[str], learner: Learner = Learner.FOREST
) -> Question:
    """A clinical model's question: the paper's forest, or another learner, for all patients with a known status."""
    known = known_rows(rows, gene)
    return Question(
        gene,
        tuple(row.patient_id for row in known),
        labels_of(known, gene),
        clinical_inputs(known, columns),
        learner,
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
    figures = [confusion_metrics(labels, run.calls).measures for run in runs if run.calls is not None]
    values = {name: [of[name].value for of in figures] for name in CALLS}
    return NestedResult(
        question,
        runs,
        corrected_auc(labels, [run.scores for run in runs]),
        seed_spread([_auc(labels, run) for run in runs]),
        seed_spread([placements(labels, run.probabilities).auc for run in runs]),
        foldwise_auc(labels, runs[0].probabilities, runs[0].folds, BOOTSTRAP),
        {name: _spread_of(found) for name, found in values.items()},
    )


def _spread_of(values: Sequence[float | None]) -> SeedSpread | None:
    """The spread over the seeds in which the figure is defined."""
    defined = [value for value in values if value is not None]
    return seed_spread(defined) if defined else None


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
    """The predictions out of fold of one seed, and the thresholds of its folds."""
    folds = question.folds(seed)
    predicted = out_of_fold(question.inputs, question.labels, folds, question.make(seed))
    return SeedRun(folds, predicted, _thresholds(question, folds, seed))


def _thresholds(question: Question, folds: NDArray[np.int64], seed: int) -> tuple[float, ...]:
    """Per outer fold Youden's threshold on predictions out of the inner folds of its training part; NaN for none."""
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
        try:
            found.append(youden_threshold(inside.labels, predicted).value)
        except TrainingError:
            found.append(float("nan"))
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
