"""Positive and negative predictive value at a stated prevalence, from sensitivity and specificity by Bayes' rule."""

from dataclasses import dataclass
from math import exp, hypot, log

from radiogene.cohort.few_events import few_events
from radiogene.evaluation.intervals import wilson_share
from radiogene.evaluation.measure import Interval, Measure, undefined
from radiogene.evaluation.metrics import NO_MUTANTS, NO_WILD_TYPES, ConfusionCounts
from radiogene.storage.typed_json import JsonObject

OF_THESE = "of these patients"
OF_TRAINING = "of the training patients"
STATED = "stated"
"""Where a prevalence comes from."""

OF_A_RATIO = "Wilson's intervals of SEN and SPE joined (Zou and Donner), at a fixed prevalence"

SMALLEST_SHARE = 1e-12
"""Stands for 0 where a logarithm is taken."""


@dataclass(frozen=True)
class PredictiveValues:
    """How far a call can be trusted where mutants have a certain share.

    Attributes:
        prevalence: share of mutants, above 0 and below 1.
        source: where it comes from: `OF_THESE`, `OF_TRAINING` or `STATED`.
        positive: share of mutants among those who are called mutant (PPV).
        negative: share of wild types among those who are called wild type (NPV).
    """

    prevalence: float
    source: str
    positive: Measure
    negative: Measure

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        return {
            "prevalence": self.prevalence,
            "source": self.source,
            "ppv": self.positive.to_json(),
            "npv": self.negative.to_json(),
        }


def predictive_values(counts: ConfusionCounts, prevalence: float, source: str) -> PredictiveValues:
    """Both values with their intervals, where there are events enough.

    The prevalence is taken as it is: the intervals say how surely sensitivity and specificity are known. Mutants and
    wild types must look the same where the prevalence is another.

    Args:
        counts: calls at the model's threshold.
        prevalence: share of mutants, above 0 and below 1.
        source: where it comes from, in words.

    The adjusted logit interval of Mercaldo, Lau and Zhou (Stat Med 26:2170) is too narrow where a share is near 1, as
    its adjustment draws it towards one half.

    Source: Zou and Donner, Stat Med 27:1693 (2008), for the ratio SEN / (1 - SPE), which with the odds gives PPV.
    """
    if not counts.mutants or not counts.wild_types:
        nothing = undefined(NO_WILD_TYPES if counts.mutants else NO_MUTANTS)
        return PredictiveValues(prevalence, source, nothing, nothing)
    odds = prevalence / (1 - prevalence)
    positive = _value(
        counts.true_mutant, counts.mutants, counts.false_mutant, counts.wild_types, odds, "nobody is called mutant"
    )
    negative = _value(
        counts.true_wild_type,
        counts.wild_types,
        counts.false_wild_type,
        counts.mutants,
        1 / odds,
        "nobody is called wild type",
    )
    few = few_events(counts.mutants, counts.wild_types)
    if few:
        positive, negative = (of if of.value is None else Measure(of.value, reason=few) for of in (positive, negative))
    return PredictiveValues(prevalence, source, positive, negative)


def _value(right: int, of_right: int, wrong: int, of_wrong: int, odds: float, nobody: str) -> Measure:
    """The share of right calls among `right` of `of_right` and `wrong` of `of_wrong` patients at these odds."""
    if not right and not wrong:
        return undefined(nobody)
    hits, errors = right / of_right, wrong / of_wrong
    first, second = (wilson_share(part, whole).interval for part, whole in ((right, of_right), (wrong, of_wrong)))
    if first is None or second is None:
        return undefined(nobody)
    value = odds * hits / (odds * hits + errors)
    low, high = (odds * end / (odds * end + 1) for end in _ratio_ends(hits, first, errors, second))
    return Measure(value, Interval(min(low, value), max(high, value), OF_A_RATIO))


def _ratio_ends(first: float, of_first: Interval, second: float, of_second: Interval) -> tuple[float, float]:
    """Both ends of the ratio of two independent shares: on the log scale, distances of both are joined as variances."""
    one, low_one, high_one = (log(max(share, SMALLEST_SHARE)) for share in (first, of_first.low, of_first.high))
    other, low_other, high_other = (
        log(max(share, SMALLEST_SHARE)) for share in (second, of_second.low, of_second.high)
    )
    low = one - other - hypot(one - low_one, high_other - other)
    high = one - other + hypot(high_one - one, other - low_other)
    return exp(low), exp(high)
