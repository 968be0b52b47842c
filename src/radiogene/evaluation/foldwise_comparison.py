"""Two systems on one training cohort: the difference of their fold-wise AUCs, with a paired test."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from radiogene.errors import CohortError
from radiogene.evaluation.bootstrap import BootstrapSettings, draws
from radiogene.evaluation.comparison import AucComparison
from radiogene.evaluation.intervals import SMALLEST_VARIANCE
from radiogene.evaluation.measure import Measure, percentile_measure, undefined
from radiogene.evaluation.metrics import missing_class

PAIRED_FOLDWISE_BOOTSTRAP = "percentile bootstrap of patients within folds, paired, conditional on the fitted models"

NO_VARIANCE = "no interval: the difference is the same in every resample"


def foldwise_comparison(
    labels: NDArray[np.int8],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    first_folds: NDArray[np.int64],
    second_folds: NDArray[np.int64],
    settings: BootstrapSettings = BootstrapSettings(),
) -> AucComparison:
    """The difference of two fold-wise AUCs on the same out-of-fold patients, with its interval and p-value.

    Patients of each fold are resampled, the same for both systems. The p-value is that of the difference over its
    bootstrap standard error, against the normal distribution: a share of resamples could not be small enough for
    Holm's adjustment. Both are conditional on the fitted models: they do not say that one kind of system is better
    than another on a new training cohort, for which the corrected variance of repeated cross-validation is there
    (`repeated_fits.py`).

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        first: (N,) out-of-fold probabilities of one system.
        second: (N,) those of the other, for the same patients in the same order.
        first_folds: (N,) the fold that held each patient out of the first system's fit.
        second_folds: (N,) that of the second; must be equal.
        settings: resamples and seed.

    Raises:
        CohortError: arrays of different lengths, or systems that were not fitted on the same folds.
    """
    sizes = [array.size for array in (labels, first, second, first_folds, second_folds)]
    if len(set(sizes)) != 1:
        raise CohortError(
            f"a paired comparison needs the same patients: found {sizes[0]} labels, {sizes[1]} and {sizes[2]} "
            f"predictions, {sizes[3]} and {sizes[4]} fold numbers; compare on the patients that both systems have"
        )
    differing = int(np.sum(first_folds != second_folds))
    if differing:
        raise CohortError(
            f"a paired comparison needs the same folds: {differing} of {labels.size} patients were held out in another "
            "fold of the second system than of the first; fit both with the same seed, folds and patients"
        )
    return _paired(labels, np.stack([first, second]), first_folds, settings)


def _paired(
    labels: NDArray[np.int8], both: NDArray[np.float64], folds: NDArray[np.int64], settings: BootstrapSettings
) -> AucComparison:
    """The comparison of probabilities (2, N) within shared folds."""
    generator = settings.generator()
    gained, pairs = np.zeros(settings.resamples), np.zeros(settings.resamples)
    gained_seen, pairs_seen = 0.0, 0
    for number in np.unique(folds):
        own = (folds == number) & (labels >= 0)
        if missing_class(labels[own]):
            continue
        mutant, wild_type = (both[:, own & (labels == wanted)] for wanted in (1, 0))
        right = 0.5 * np.sign(mutant[:, :, None] - wild_type[:, None, :])
        gain = right[0] - right[1]
        gained_seen, pairs_seen = gained_seen + gain.sum(), pairs_seen + gain.size
        drawn = draws(int(own.sum()), settings.resamples, generator).astype(np.float64)
        mutants, wild_types = drawn[:, labels[own] == 1], drawn[:, labels[own] == 0]
        gained += ((mutants @ gain) * wild_types).sum(axis=1)
        pairs += mutants.sum(axis=1) * wild_types.sum(axis=1)
    if not pairs_seen:
        return AucComparison(
            undefined(missing_class(labels) or "no fold holds both a mutant and a wild type"), None, None
        )
    resampled = np.divide(gained, pairs, out=np.full_like(gained, np.nan), where=pairs > 0)
    return _tested(float(gained_seen / pairs_seen), resampled)


def _tested(difference: float, resampled: NDArray[np.float64]) -> AucComparison:
    """The comparison from the difference and its resamples (R,), NaN where there is no pair."""
    used = resampled[~np.isnan(resampled)]
    variance = float(used.var(ddof=1)) if used.size > 1 else 0.0
    if variance < SMALLEST_VARIANCE:
        equal = abs(difference) < SMALLEST_VARIANCE**0.5
        return AucComparison(Measure(0.0 if equal else difference, reason=NO_VARIANCE), None, 1.0 if equal else None)
    measure = percentile_measure(difference, resampled, PAIRED_FOLDWISE_BOOTSTRAP)
    if measure.interval is None:
        return AucComparison(measure, None, None)
    z = difference / variance**0.5
    return AucComparison(measure, z, float(2 * norm.sf(abs(z))))
