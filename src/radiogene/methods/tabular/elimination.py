"""Recursive feature elimination whose number of features is chosen inside the training part."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.feature_selection import SelectorMixin
from sklearn.metrics import roc_auc_score

from radiogene.methods.tabular.inner_folds import inner_folds

SMALLEST_KEPT = 5
"""Features; fewer are not tried, as the inner folds cannot tell them apart."""


@dataclass(frozen=True, eq=False)
class EliminationRound:
    """One round: a ranker fitted on the features that were left.

    Attributes:
        kept: (K,) their columns.
        ranker: fitted on them.
    """

    kept: NDArray[np.int_]
    ranker: ClassifierMixin


class RecursiveElimination(SelectorMixin, BaseEstimator):
    """A selector that drops, round by round, the features that a ranker needs least.

    Each round drops the same number, `step` times all features, as scikit-learn's RFE does, but never more than half of
    what is left: with steps of a tenth, RFE would come from 110 features to 10 at once. How many features stay is the
    number with the highest mean AUC over the inner folds, each with an elimination of its own; of equal ones the least.

    Attributes:
        ranker: a classifier with `feature_importances_` or `coef_`.
        step: share of all features that a round drops, above 0 and below 1.
        seed: of the inner folds.
        support_: (F,) which features stay; set by `fit`.
        sizes_, scores_: numbers of features that were tried, and the mean AUC of each over the inner folds.
    """

    def __init__(self, ranker: ClassifierMixin, step: float = 0.1, seed: int = 0) -> None:
        self.ranker = ranker
        self.step = step
        self.seed = seed

    def fit(self, values: NDArray[np.float64], labels: NDArray[np.int8]) -> "RecursiveElimination":
        """The selector, fitted.

        Args:
            values: (N, F) of the training patients.
            labels: (N,) 1 mutant, 0 wild type.
        """
        self.n_features_in_ = values.shape[1]
        splits = inner_folds(self.seed).split(values, labels)
        scores = np.array([self._path_scores(values, labels, training, held_out) for training, held_out in splits])
        rounds = list(self._rounds(values, labels))
        self.sizes_ = np.array([len(of.kept) for of in rounds])
        self.scores_ = scores.mean(axis=0)
        best = np.flatnonzero(self.scores_ == self.scores_.max())[-1]
        self.support_ = np.zeros(values.shape[1], dtype=np.bool_)
        self.support_[rounds[best].kept] = True
        return self

    def _get_support_mask(self) -> NDArray[np.bool_]:
        return self.support_

    def _path_scores(
        self,
        values: NDArray[np.float64],
        labels: NDArray[np.int8],
        training: NDArray[np.int_],
        held_out: NDArray[np.int_],
    ) -> list[float]:
        """The AUC on one inner fold's held-out patients after each round on its others."""
        return [
            float(roc_auc_score(labels[held_out], of.ranker.predict_proba(values[np.ix_(held_out, of.kept)])[:, 1]))
            for of in self._rounds(values[training], labels[training])
        ]

    def _rounds(self, values: NDArray[np.float64], labels: NDArray[np.int8]) -> Iterator[EliminationRound]:
        """The rounds, from all features down to the smallest number."""
        kept = np.arange(values.shape[1])
        for fewer in [*_numbers_left(values.shape[1], self.step), None]:
            ranker: Any = clone(self.ranker).fit(values[:, kept], labels)
            yield EliminationRound(kept, ranker)
            if fewer is not None:
                # Stable: of equally unimportant features the later columns go first, on any machine.
                order = np.argsort(-_importance(ranker), kind="stable")
                kept = np.sort(kept[order[:fewer]])


def _numbers_left(features: int, step: float) -> list[int]:
    """How many features are left after each round."""
    dropped = max(1, int(step * features))
    numbers, left = [], features
    while left > SMALLEST_KEPT:
        left = max(left - max(1, min(dropped, left // 2)), SMALLEST_KEPT)
        numbers.append(left)
    return numbers


def _importance(ranker: Any) -> NDArray[np.float64]:
    """How much a fitted ranker needs each of its features (K,)."""
    if hasattr(ranker, "feature_importances_"):
        return np.asarray(ranker.feature_importances_)
    return np.abs(np.asarray(ranker.coef_)).sum(axis=0)
