"""Positive and negative predictive value at a stated prevalence, from sensitivity and specificity by Bayes' rule."""

from dataclasses import dataclass
from math import log, sqrt

from scipy.special import expit

from radiogene.cohort.few_events import few_events
from radiogene.evaluation.intervals import Z
from radiogene.evaluation.measure import Interval, Measure, undefined
from radiogene.evaluation.metrics import NO_MUTANTS, NO_WILD_TYPES, ConfusionCounts
from radiogene.storage.typed_json import JsonObject

OF_THESE = "of these patients"
OF_TRAINING = "of the training patients"
STATED = "stated"
"""Where a prevalence comes from."""

ADJUSTED_LOGIT = "logit interval at a fixed prevalence, SEN and SPE adjusted (Mercaldo)"


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

    Source: Mercaldo, Lau and Zhou, Stat Med 26:2170 (2007), the adjusted logit interval.
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
    hits, errors = right / of_right * odds, wrong / of_wrong
    # Agresti and Coull's adjustment keeps both shares from 0 and 1, where the logit has no variance.
    adjusted = [(part + Z**2 / 2) / (whole + Z**2) for part, whole in ((right, of_right), (wrong, of_wrong))]
    centre = log(adjusted[0] * odds / adjusted[1])
    variance = sum(
        (1 - share) / (share * (whole + Z**2)) for share, whole in zip(adjusted, (of_right, of_wrong), strict=True)
    )
    ends = [float(expit(centre + side * Z * sqrt(variance))) for side in (-1, 1)]
    value = hits / (hits + errors)
    return Measure(value, Interval(min(ends[0], value), max(ends[1], value), ADJUSTED_LOGIT))
