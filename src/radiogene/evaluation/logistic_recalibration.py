"""Unpenalised logistic regression of the label on the log odds of the probability, for many resamples at once."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

SMALLEST_PROBABILITY = 1e-6
"""Log odds are cut at this probability and at 1 minus it (forests vote exactly 0 and 1)."""

MAX_STEPS = 100
MAX_HALVINGS = 30
GRADIENT_TOLERANCE = 1e-8
"""Largest gradient per patient at which a fit counts as converged."""


def cut_log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log odds of probabilities that are first cut to [1e-6, 1 - 1e-6].

    Args:
        probabilities: (N,) in [0, 1].
    """
    return np.asarray(logit(np.clip(probabilities, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)))


def intercepts_and_slopes(
    log_odds: NDArray[np.float64], labels: NDArray[np.int8], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Intercept and slope (R, 2) of log odds(mutant) = intercept + slope x log odds; NaN where there is no maximum.

    There is none where one class is missing, all log odds are equal, or a cut separates the classes.

    Args:
        log_odds: (N,).
        labels: (N,) 1 mutant, 0 wild type.
        weights: (R, N) how often each patient counts in each of R fits.
    """
    lowest, highest = [], []
    for wanted in (1, 0):
        member = (weights > 0) & (labels == wanted)
        lowest.append(np.where(member, log_odds, np.inf).min(axis=1, initial=np.inf))
        highest.append(np.where(member, log_odds, -np.inf).max(axis=1, initial=-np.inf))
    fits = np.full((len(weights), 2), np.nan)
    overlapping = (lowest[0] < highest[1]) & (lowest[1] < highest[0])
    design = np.column_stack([np.ones_like(log_odds), log_odds])
    fits[overlapping] = most_likely_coefficients(design, np.zeros_like(log_odds), labels, weights[overlapping])
    return fits


def intercepts_at_slope_one(
    log_odds: NDArray[np.float64], labels: NDArray[np.int8], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Intercept (R,) of log odds(mutant) = intercept + log odds; NaN where one class is missing.

    Args:
        log_odds: (N,).
        labels: (N,) 1 mutant, 0 wild type.
        weights: (R, N) how often each patient counts in each of R fits.
    """
    mutants = weights @ (labels == 1).astype(np.float64)
    both = (mutants > 0) & (mutants < weights.sum(axis=1))
    fits = np.full(len(weights), np.nan)
    fits[both] = most_likely_coefficients(np.ones((log_odds.size, 1)), log_odds, labels, weights[both])[:, 0]
    return fits


def most_likely_coefficients(
    design: NDArray[np.float64], offset: NDArray[np.float64], labels: NDArray[np.int8], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Coefficients (R, K) of greatest likelihood by damped Newton steps; NaN where they do not converge.

    Args:
        design: (N, K) columns, the first of ones.
        offset: (N,) log odds that are added with the coefficient 1.
        labels: (N,) 1 mutant, 0 wild type.
        weights: (R, N) how often each patient counts in each of R fits.
    """
    count, width = len(weights), design.shape[1]
    squares = (design[:, :, None] * design[:, None, :]).reshape(-1, width * width)
    fits = np.zeros((count, width))
    loss = _loss(fits, design, offset, labels, weights)
    for _ in range(MAX_STEPS):
        expected = expit(fits @ design.T + offset)
        gradient = (weights * (labels - expected)) @ design
        if count == 0 or np.abs(gradient).max() <= GRADIENT_TOLERANCE * len(labels):
            return fits
        curvature = ((weights * expected * (1 - expected)) @ squares).reshape(count, width, width)
        step = np.linalg.solve(curvature + 1e-12 * np.eye(width), gradient[:, :, None])[:, :, 0]
        for _ in range(MAX_HALVINGS):
            moved = _loss(fits + step, design, offset, labels, weights)
            worse = moved > loss + 1e-12 * np.abs(loss)
            if not worse.any():
                break
            step[worse] /= 2
        step[worse] = 0.0
        fits, loss = fits + step, np.where(worse, loss, moved)
    fits[np.abs(gradient).max(axis=1) > GRADIENT_TOLERANCE * len(labels)] = np.nan
    return fits


def _loss(
    fits: NDArray[np.float64],
    design: NDArray[np.float64],
    offset: NDArray[np.float64],
    labels: NDArray[np.int8],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Negative log likelihood (R,) of coefficients (R, K), from log odds so that it never overflows."""
    log_odds = fits @ design.T + offset
    return np.asarray((weights * (np.logaddexp(0.0, log_odds) - labels * log_odds)).sum(axis=1))
