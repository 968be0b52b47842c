"""Whether answers still agree with molecular results that come in later: CUSUM charts with a stated false-alarm rate.

Three charts per gene: mutations more frequent than answered (odds doubled), less frequent (odds halved), and answers
that no longer tell patients apart. Each adds up how much likelier the results are under that change than under the
answers, from 0 upwards. Its limit is found by simulation on the model's own out-of-fold probabilities, so that all
three together raise an alarm in 5% of series of 500 results where nothing changed. Answers of a model of few patients
are a little off from the start: each simulated series has a level and a slope as far from right as so many patients
leave open.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from radiogene.errors import CohortError

ODDS_CHANGE = 2.0
"""By which the odds of a mutation have changed in what the first two charts look for."""

FALSE_ALARM_RATE = 0.05
"""Share of series of `WATCHED` results, of models where nothing changed, in which any chart raises an alarm."""

WATCHED = 500
"""Results that the rate and the delays are stated for."""

SIMULATED_SERIES = 2000
SEED = 20210611

NEAREST_TO_CERTAIN = 0.01
"""Probabilities are held between this and 1 - this: one result must not decide a chart."""

FEWEST_REFERENCE = 20
"""Out-of-fold probabilities, without whom no limit is found."""


class Change(StrEnum):
    """What a chart looks for."""

    MORE = "mutations more frequent than answered"
    FEWER = "mutations less frequent than answered"
    BLIND = "answers that no longer tell patients apart"


CHANGES = tuple(Change)


@dataclass(frozen=True)
class ChartLimit:
    """One chart, before any result is in.

    Attributes:
        limit: at which it raises an alarm.
        delay: median number of results until the alarm where the change is there from the first one; None where more
            than half of the series of 500 end without it.
        noticed: share of series of 500 results in which the change is noticed.
    """

    limit: float
    delay: int | None
    noticed: float


@dataclass(frozen=True, eq=False)
class DriftLimits:
    """The charts of one gene.

    Attributes:
        typical: mean of the reference probabilities, which blind answers would give to everybody.
        charts: by what they look for.
        false_alarm_rate: share of simulated series of 500 results where nothing changed with any alarm.
    """

    typical: float
    charts: dict[Change, ChartLimit]
    false_alarm_rate: float


def log_likelihood_ratios(
    labels: NDArray[np.integer] | NDArray[np.bool_], probabilities: NDArray[np.float64], typical: float
) -> NDArray[np.float64]:
    """How much likelier each result is under each change than under the answers (3, ...), as natural logarithms.

    Args:
        labels: (...) 1 mutant, 0 wild type.
        probabilities: (...) that were answered.
        typical: that blind answers would give.

    Source: Steiner, Cook, Farewell and Treasure, Biostatistics 1:441 (2000), eq. 2.3.
    """
    p = np.clip(probabilities, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)
    odds = [labels * np.log(r) - np.log1p((r - 1) * p) for r in (ODDS_CHANGE, 1 / ODDS_CHANGE)]
    blind = np.where(labels == 1, np.log(typical / p), np.log((1 - typical) / (1 - p)))
    return np.stack([*odds, blind])


def cusum(ratios: NDArray[np.float64]) -> NDArray[np.float64]:
    """The charts (..., N) of log-likelihood ratios (..., N): their sum from the last time that it was 0 or less."""
    total = np.zeros(ratios.shape[:-1])
    charts = np.empty_like(ratios)
    for n in range(ratios.shape[-1]):
        total = np.maximum(0.0, total + ratios[..., n])
        charts[..., n] = total
    return charts


def drift_limits(reference: NDArray[np.float64], series: int = SIMULATED_SERIES, seed: int = SEED) -> DriftLimits:
    """The limits of the charts of one gene, with what they notice and how soon.

    Args:
        reference: (N,) out-of-fold probabilities of training patients, as they would be answered.
        series: simulated series of results.
        seed: the same seed gives the same limits.

    Raises:
        CohortError: fewer than 20 reference probabilities.
    """
    if reference.size < FEWEST_REFERENCE:
        raise CohortError(
            f"{reference.size} out-of-fold probabilities; {FEWEST_REFERENCE} or more are needed to know what drift is."
        )
    rng = np.random.default_rng(seed)
    held = np.clip(np.sort(reference), NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)
    typical = float(held.mean())
    p = rng.choice(held, (series, WATCHED))
    chance = rng.random((series, WATCHED))
    null = cusum(log_likelihood_ratios(chance < _left_open(held, p, rng), p, typical)).max(axis=-1)
    limits = _joint_limits(null)
    odds = p / (1 - p)
    changed = {
        Change.MORE: ODDS_CHANGE * odds / (1 + ODDS_CHANGE * odds),
        Change.FEWER: odds / (ODDS_CHANGE + odds),
        Change.BLIND: np.full_like(p, typical),
    }
    charts = {}
    for number, change in enumerate(CHANGES):
        own = log_likelihood_ratios(chance < changed[change], p, typical)[number]
        over = cusum(own) >= limits[number]
        noticed = float(over.any(axis=-1).mean())
        first = np.where(over.any(axis=-1), over.argmax(axis=-1) + 1.0, np.inf)
        median = float(np.median(first))
        charts[change] = ChartLimit(
            float(limits[number]), int(np.ceil(median)) if np.isfinite(median) else None, noticed
        )
    return DriftLimits(typical, charts, float((null >= limits[:, None]).any(axis=0).mean()))


def _left_open(
    reference: NDArray[np.float64], answered: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """True probabilities (S, N) of answers (S, N), each series with a level and slope of its own.

    These are normal about 0 and 1 with the inverse Fisher information of a logistic regression on the log odds of as
    many patients as the reference has.
    """
    design = np.column_stack([np.ones(reference.size), logit(reference)])
    information = (design * (reference * (1 - reference))[:, None]).T @ design
    drawn = rng.multivariate_normal((0.0, 1.0), np.linalg.pinv(information, hermitian=True), len(answered))
    true: NDArray[np.float64] = expit(drawn[:, :1] + drawn[:, 1:] * logit(answered))
    return true


def _joint_limits(highest: NDArray[np.float64]) -> NDArray[np.float64]:
    """The limits (3,) that series with these highest values (3, S) reach with one and the same chance, 5% in all."""
    low, high = FALSE_ALARM_RATE / len(highest), FALSE_ALARM_RATE
    limits = np.quantile(highest, 1 - low, axis=1)
    for share in np.linspace(low, high, 50):
        tried = np.quantile(highest, 1 - share, axis=1)
        if (highest > tried[:, None]).any(axis=0).mean() > FALSE_ALARM_RATE:
            break
        limits = tried
    # A chart whose sum never rises (answers that are all alike) has no limit of its own: above 0, it raises no alarm.
    return np.asarray(np.maximum(np.nextafter(limits, np.inf), 1e-6))
