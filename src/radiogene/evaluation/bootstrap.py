"""Bootstrap of patients: how often each is drawn, and the intervals of ACC, SEN, SPE and F1."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.few_events import few_events
from radiogene.evaluation.event_gate import point_only
from radiogene.evaluation.measure import INTERVAL_LEVEL, Interval, Measure, percentile_measure
from radiogene.evaluation.metrics import ConfusionCounts, ConfusionMetrics

PATIENT_BOOTSTRAP = "percentile bootstrap of patients"


@dataclass(frozen=True)
class BootstrapSettings:
    """How many resamples, and from which seed.

    Attributes:
        resamples: number of resamples.
        seed: the same seed gives the same intervals.
    """

    resamples: int = 2000
    seed: int = 20210611

    def generator(self) -> np.random.Generator:
        """A fresh generator at the seed."""
        return np.random.default_rng(self.seed)


def content_order(*columns: NDArray[np.generic]) -> NDArray[np.int_]:
    """The order (N,) of patients by what is known of them, so that resamples do not depend on the cohort's order.

    Args:
        columns: (N,) each, the first counts most; patients who are equal in all of them are exchangeable.
    """
    return np.lexsort(columns[::-1])


def draws(patients: int, resamples: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """How often each patient is drawn (R, N); every row sums to N.

    Args:
        patients: N, at least 1.
        resamples: R.
        generator: source of the draws.
    """
    return generator.multinomial(patients, np.full(patients, 1 / patients), size=resamples)


def with_intervals(
    metrics: ConfusionMetrics, settings: BootstrapSettings, method: str = PATIENT_BOOTSTRAP
) -> ConfusionMetrics:
    """The same metrics with percentile intervals from plain (not stratified) resamples of patients.

    Below the gate by number of events each is a point, with the reason.

    Resampling patients is, for figures that depend on four counts only, a multinomial draw of those counts. A
    resample without a mutant has no SEN and F1, one without a wild type no SPE: it is left out and counted. A figure
    of exactly 0 or 1 is the same in every resample; it gets the exact (Clopper-Pearson) bound instead of no width.

    Args:
        metrics: figures without intervals.
        settings: resamples and seed.
        method: how the resamples were drawn, in words.
    """
    counts = metrics.counts
    if not counts.patients:
        return metrics
    few = few_events(counts.mutants, counts.wild_types)
    if few:
        return ConfusionMetrics(counts, *(point_only(measure, few) for measure in metrics.measures.values()))
    cells = np.array([counts.true_mutant, counts.false_mutant, counts.true_wild_type, counts.false_wild_type])
    drawn = settings.generator().multinomial(counts.patients, cells / counts.patients, size=settings.resamples)
    tp, fp, tn, fn = drawn.T.astype(np.float64)
    with np.errstate(invalid="ignore"):
        sensitivity, specificity = tp / (tp + fn), tn / (tn + fp)
        f1 = np.where(tp + fn > 0, 2 * tp / (2 * tp + fp + fn), np.nan)
    return ConfusionMetrics(
        counts,
        accuracy=_bracketed(metrics.accuracy, (tp + tn) / counts.patients, counts.patients, method),
        sensitivity=_bracketed(metrics.sensitivity, sensitivity, counts.mutants, method),
        specificity=_bracketed(metrics.specificity, specificity, counts.wild_types, method),
        f1=_bracketed_f1(metrics.f1, f1, counts, method),
    )


def _bracketed(measure: Measure, resampled: NDArray[np.float64], trials: int, method: str) -> Measure:
    """A proportion of `trials` with its bootstrap interval, or the exact bound at 0 and 1."""
    if measure.value is None:
        return measure
    if measure.value in (0.0, 1.0):
        return replace(measure, interval=_exact_bound(measure.value, trials))
    return percentile_measure(measure.value, resampled, method)


def _exact_bound(value: float, trials: int) -> Interval:
    """Clopper and Pearson's interval of a proportion that was 0 or 1 in `trials` patients."""
    end = ((1 - INTERVAL_LEVEL) / 2) ** (1 / trials)
    method = f"exact bound from {trials} patients (at {value:.0f} every resample is the same)"
    return Interval(end, 1.0, method) if value == 1.0 else Interval(0.0, 1.0 - end, method)


def _bracketed_f1(measure: Measure, resampled: NDArray[np.float64], counts: ConfusionCounts, method: str) -> Measure:
    """F1 with its interval; at 0 and 1 the exact bound of TP / (TP + FP + FN) = J, as F1 = 2 J / (1 + J)."""
    if measure.value not in (0.0, 1.0):
        return _bracketed(measure, resampled, counts.patients, method)
    bound = _exact_bound(measure.value, counts.true_mutant + counts.false_mutant + counts.false_wild_type)
    return replace(
        measure, interval=replace(bound, low=2 * bound.low / (1 + bound.low), high=2 * bound.high / (1 + bound.high))
    )
