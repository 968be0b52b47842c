"""Where the fusion starts: weights of the views that predict best for patients whom no branch was fitted on."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from radiogene.evaluation.predictions import UNKNOWN
from radiogene.networks.fusion import START_SLOPE
from radiogene.networks.gene_branch import FC2, MUTANT, WILD_TYPE

PENALTIES = (np.inf, 1.0, 0.3, 0.1, 0.03, 0.01)
"""Of the squared difference of a view's weight from the views' mean; infinity is the plain average."""

RIDGE = 1e-3
"""Keeps the weights finite where the views tell these patients apart without an error."""

FOLDS = 5

LEAST_SLOPE = 1e-3 * START_SLOPE
"""Of all weights together; with less, no view is right more often than it is wrong."""

FEWEST_OF_A_CLASS = 3
"""With fewer mutants or wild types, no view can be told from another."""


class FusionStart(StrEnum):
    """Where the fusion weights U start; where the fusion is not trained, they stay there."""

    STACKED = "stacked"
    """Fitted on patients whom the branches have not seen, each weight at least 0."""
    BEST_VIEW = "best view"
    """All weight on the view that predicts best for these patients."""
    EQUAL = "equal"
    """The average vote of all views."""


def start_weights(start: FusionStart, outputs: NDArray[np.float64], labels: NDArray[np.int8]) -> NDArray[np.float32]:
    """Fusion weights U (G, V, 2) to start from.

    A view enters by O_mutant - O_wild. Stacked weights are at least 0, so a view that knows nothing can be left out and
    none can be turned round; how far they may differ from each other is chosen by cross-validation among these
    patients, the plain average included. With too few patients of a kind, and where no view tells them apart the right
    way round, the average vote stays as it is.

    Args:
        start: one of `FusionStart`.
        outputs: O (N, V, G, 2) of the branches, after the sigmoid, for patients whom they have not seen.
        labels: (N, G) 1 mutant, 0 wild type, -1 unknown.

    Source: stacking (Wolpert 1992), non-negative (Breiman 1996), for the paper's "adaptive weighting", Eq. 7 and 8.
    """
    views = outputs.shape[1]
    weights = np.full((outputs.shape[2], views), START_SLOPE / views)
    for gene in range(outputs.shape[2]):
        known = labels[:, gene] != UNKNOWN
        mutant = labels[known, gene] == 1
        votes = outputs[known, :, gene, MUTANT] - outputs[known, :, gene, WILD_TYPE]
        if start is not FusionStart.EQUAL and min(mutant.sum(), (~mutant).sum()) >= FEWEST_OF_A_CLASS:
            stacked = start is FusionStart.STACKED
            fitted = _fitted(votes, mutant, _chosen_penalty(votes, mutant)) if stacked else _best_view(votes, mutant)
            if fitted.sum() > LEAST_SLOPE:
                weights[gene] = fitted
    both = np.empty((*weights.shape, FC2), dtype=np.float32)
    both[..., MUTANT], both[..., WILD_TYPE] = weights, -weights
    return both


def _best_view(votes: NDArray[np.float64], mutant: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights (V,) that are 0 but for the view whose own vote, at its own best slope, has the lowest loss."""
    slopes = [_fitted(votes[:, [view]], mutant, 0.0)[0] for view in range(votes.shape[1])]
    losses = [_losses(slope * votes[:, view], mutant).mean() for view, slope in enumerate(slopes)]
    weights = np.zeros(votes.shape[1])
    best = int(np.argmin(losses))
    weights[best] = slopes[best]
    return weights


def _chosen_penalty(votes: NDArray[np.float64], mutant: NDArray[np.bool_]) -> float:
    """The penalty with the lowest held-out loss, the larger one of equals."""
    folds = np.empty(len(mutant), dtype=int)
    for status in (True, False):
        of_status = np.flatnonzero(mutant == status)
        folds[of_status] = np.arange(len(of_status)) % FOLDS
    losses = []
    for penalty in PENALTIES:
        weights = [_fitted(votes[folds != fold], mutant[folds != fold], penalty) for fold in range(FOLDS)]
        logits = (votes * np.stack(weights)[folds]).sum(axis=1)
        losses.append(float(_losses(logits, mutant).mean()))
    return PENALTIES[int(np.argmin(losses))]


def _fitted(votes: NDArray[np.float64], mutant: NDArray[np.bool_], penalty: float) -> NDArray[np.float64]:
    """Weights (V,) of votes (N, V), each at least 0, by cross-entropy and the penalty of their differences."""
    views = votes.shape[1]
    if np.isinf(penalty):
        mean = votes.mean(axis=1, keepdims=True)
        return np.full(views, _fitted(mean, mutant, 0.0)[0] / views)

    def objective(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = votes @ weights
        apart = weights - weights.mean()
        loss = _losses(logits, mutant).mean() + penalty * (apart @ apart) + RIDGE * (weights @ weights)
        slope = votes.T @ (expit(logits) - mutant) / len(mutant) + 2 * penalty * apart + 2 * RIDGE * weights
        return float(loss), slope

    start = np.full(views, START_SLOPE / views)
    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * views)
    return np.asarray(found.x)


def _losses(logits: NDArray[np.float64], mutant: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The cross-entropy (N,) of each patient."""
    return np.asarray(np.logaddexp(0.0, np.where(mutant, -logits, logits)))
