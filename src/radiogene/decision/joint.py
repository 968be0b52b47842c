"""Two genes at once: four outcomes that sum to the two probabilities, with one odds ratio between the mutations.

Each gene keeps its own calibrated probability. What is fitted, on out-of-fold predictions, is the odds ratio of the two
mutations in patients with the same two probabilities (Plackett's distribution): below 1 where they exclude each other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.evaluation.bootstrap import PATIENT_BOOTSTRAP, BootstrapSettings, content_order, draws
from radiogene.evaluation.logistic_recalibration import SMALLEST_PROBABILITY
from radiogene.evaluation.measure import Measure, percentile_measure

LARGEST_LOG_ODDS_RATIO = 12.0
"""Beyond it the outcomes hardly differ from full exclusion."""

FEWEST_PATIENTS = 20
"""Known for both genes, without whom no association is fitted."""


@dataclass(frozen=True)
class Association:
    """How two mutations go together beyond what their probabilities say.

    Attributes:
        genes: first and second.
        log_odds_ratio: of both mutations, given the two probabilities.
        patients: known for both genes.
        both: of these, with both mutations.
        gain: mean log likelihood per patient minus that of independent mutations, with its 95% interval; each fold's
            patients by the odds ratio of the others.
    """

    genes: tuple[str, str]
    log_odds_ratio: float
    patients: int
    both: int
    gain: Measure

    @property
    def is_shown(self) -> bool:
        """True where the four outcomes are likelier than under independence, by the whole interval."""
        return self.gain.interval is not None and self.gain.interval.low > 0

    def outcomes(self, first: float, second: float) -> dict[str, float]:
        """The probabilities of the four outcomes, which sum to 1 and to the two given ones.

        Args:
            first: P(mutant) of the first gene.
            second: P(mutant) of the second.
        """
        shares = four_outcomes(np.array([first]), np.array([second]), self.log_odds_ratio)[0]
        names = (f"{self.genes[0]} only", f"{self.genes[1]} only", "both", "neither")
        return {name: float(share) for name, share in zip(names, shares, strict=True)}


def four_outcomes(
    first: NDArray[np.float64], second: NDArray[np.float64], log_odds_ratio: float
) -> NDArray[np.float64]:
    """The probabilities (N, 4) of first only, second only, both and neither.

    Args:
        first: (N,) P(mutant) of the first gene.
        second: (N,) of the second.
        log_odds_ratio: between them.

    Source: Plackett, J Am Stat Assoc 60:516 (1965).
    """
    ratio = np.exp(log_odds_ratio)
    total = 1 + (first + second) * (ratio - 1)
    root = np.sqrt(np.maximum(total**2 - 4 * ratio * (ratio - 1) * first * second, 0.0))
    # Two forms of one root: each loses digits where the other does not.
    sums = total + root
    safe = np.where(sums > 0, sums, 1.0)
    both = np.where(
        (total >= 0) | (ratio >= 1), 2 * ratio * first * second / safe, (root - total) / (2 * max(1 - ratio, 1e-300))
    )
    both = np.clip(both, np.maximum(first + second - 1, 0.0), np.minimum(first, second))
    return np.column_stack([first - both, second - both, both, np.maximum(1 - first - second + both, 0.0)])


def fitted_association(
    genes: tuple[str, str],
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    folds: NDArray[np.int64],
    settings: BootstrapSettings = BootstrapSettings(),
) -> Association | None:
    """The association of two genes; None where fewer than 20 patients are known for both.

    Args:
        genes: first and second.
        labels: (N, 2) 1 mutant, 0 wild type, -1 unknown.
        probabilities: (N, 2) out-of-fold, calibrated.
        folds: (N,) the fold that held each patient out.
        settings: resamples and seed.
    """
    known = (labels >= 0).all(axis=1)
    labels, probabilities, folds = labels[known], probabilities[known], folds[known]
    # By what is known of each patient: sums and resamples, and so the interval, must not depend on the cohort's order.
    order = content_order(folds, *labels.T, *probabilities.T)
    labels, probabilities, folds = labels[order], probabilities[order], folds[order]
    cut = np.clip(probabilities, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    if len(labels) < FEWEST_PATIENTS:
        return None
    gains = np.empty(len(labels))
    for number in np.unique(folds):
        own = folds == number
        ratio = _log_odds_ratio(labels[~own], cut[~own]) if not own.all() else 0.0
        gains[own] = _log_likelihoods(labels[own], cut[own], ratio) - _log_likelihoods(labels[own], cut[own], 0.0)
    drawn = draws(gains.size, settings.resamples, settings.generator())
    gain = percentile_measure(float(gains.mean()), drawn @ gains / gains.size, PATIENT_BOOTSTRAP)
    both = int((labels == 1).all(axis=1).sum())
    return Association(genes, _log_odds_ratio(labels, cut), len(labels), both, gain)


def _log_likelihoods(labels: NDArray[np.int8], cut: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    """The log likelihood (N,) of each patient's pair of labels (N, 2)."""
    # First only, second only, both, neither.
    outcome = np.array([[3, 1], [0, 2]])[labels[:, 0], labels[:, 1]]
    shares = four_outcomes(cut[:, 0], cut[:, 1], ratio)
    # As every probability: a pair that was held impossible counts as very unlikely.
    return np.asarray(np.log(np.maximum(shares[np.arange(len(labels)), outcome], SMALLEST_PROBABILITY**2)))


def _log_odds_ratio(labels: NDArray[np.int8], cut: NDArray[np.float64]) -> float:
    """The log odds ratio of greatest likelihood under Jeffreys' prior, which keeps it finite where nobody has both.

    At fixed margins the log odds ratio changes by the sum of 1 / probability over the four outcomes times the change of
    `both`, so that its information is the sum over patients of 1 / that sum.
    """
    from scipy.optimize import minimize_scalar

    def loss(ratio: float) -> float:
        shares = np.maximum(four_outcomes(cut[:, 0], cut[:, 1], ratio), SMALLEST_PROBABILITY**2)
        information = float((1 / (1 / shares).sum(axis=1)).sum())
        return -float(_log_likelihoods(labels, cut, ratio).sum()) - 0.5 * float(np.log(information))

    found = minimize_scalar(loss, bounds=(-LARGEST_LOG_ODDS_RATIO, LARGEST_LOG_ODDS_RATIO), method="bounded")
    return float(found.x)
