"""The AUC of a training cohort: over pairs within a fold, as scores of different models do not compare."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import CohortError
from radiogene.evaluation.bootstrap import BootstrapSettings, draws
from radiogene.evaluation.event_gate import gated
from radiogene.evaluation.measure import Measure, percentile_measure, undefined
from radiogene.evaluation.metrics import missing_class
from radiogene.evaluation.usable_scores import refuse_unusable

FOLDWISE_BOOTSTRAP = "percentile bootstrap of patients within folds, conditional on the fitted models"


@dataclass(frozen=True)
class FoldwiseAuc:
    """An AUC over pairs within folds.

    Attributes:
        auc: the share of pairs in the right order, with its interval.
        pairs: number of pairs of a mutant and a wild type of the same fold.
        folds: number of folds that have a pair.
        folds_without_pairs: numbers of the folds that have none, and count for nothing.
    """

    auc: Measure
    pairs: int
    folds: int
    folds_without_pairs: tuple[int, ...]


def foldwise_auc(
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    folds: NDArray[np.int64],
    settings: BootstrapSettings = BootstrapSettings(),
) -> FoldwiseAuc:
    """The AUC over all pairs of a mutant and a wild type of the same fold, with a bootstrap interval.

    The interval resamples the patients of each fold and leaves the fitted models as they are: it says nothing about
    how much the models themselves would differ on another training cohort.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        probabilities: (N,) out-of-fold: of the model that did not see the patient's fold.
        folds: (N,) number of the fold in which each patient was held out.
        settings: resamples and seed.

    Raises:
        CohortError: arrays of different lengths, or a probability that is no number.

    Source: method.md section 6, "Training cohort".
    """
    if not labels.shape == probabilities.shape == folds.shape:
        raise CohortError(
            f"{labels.size} labels, {probabilities.size} probabilities and {folds.size} fold numbers; "
            "one of each per patient was expected"
        )
    refuse_unusable(labels, probabilities)
    generator = settings.generator()
    right, pairs = np.zeros(settings.resamples), np.zeros(settings.resamples)
    right_seen, pairs_seen, empty = 0.0, 0, []
    numbers = np.unique(folds)
    for number in numbers:
        own = (folds == number) & (labels >= 0)
        if missing_class(labels[own]):
            empty.append(int(number))
            continue
        order = _order(labels[own], probabilities[own])
        right_seen, pairs_seen = right_seen + order.sum(), pairs_seen + order.size
        drawn = draws(int(own.sum()), settings.resamples, generator).astype(np.float64)
        mutants, wild_types = drawn[:, labels[own] == 1], drawn[:, labels[own] == 0]
        right += ((mutants @ order) * wild_types).sum(axis=1)
        pairs += mutants.sum(axis=1) * wild_types.sum(axis=1)
    if not pairs_seen:
        reason = missing_class(labels) or "no fold holds both a mutant and a wild type"
        return FoldwiseAuc(undefined(reason), 0, 0, tuple(empty))
    resampled = np.divide(right, pairs, out=np.full_like(right, np.nan), where=pairs > 0)
    measure = gated(_foldwise_measure(right_seen / pairs_seen, resampled), labels)
    return FoldwiseAuc(measure, pairs_seen, len(numbers) - len(empty), tuple(empty))


def _order(labels: NDArray[np.int8], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each pair (m, n): 1 where the mutant has the higher probability, 0.5 at a tie, otherwise 0."""
    difference = probabilities[labels == 1][:, None] - probabilities[labels == 0][None, :]
    return np.asarray(0.5 * (np.sign(difference) + 1))


def _foldwise_measure(value: float, resampled: NDArray[np.float64]) -> Measure:
    """The AUC with its interval, which is not given where all resamples agree and the width would be 0."""
    if np.nanmax(resampled, initial=-1.0) - np.nanmin(resampled, initial=2.0) <= 0:
        return Measure(value, reason="no interval: the AUC is the same in every resample, the bootstrap has no width")
    return percentile_measure(value, resampled, FOLDWISE_BOOTSTRAP)
