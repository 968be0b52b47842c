"""The difference of two systems' net benefit on the same patients, at stated threshold probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from radiogene.evaluation.decision_curve import gained_by_acting, require_thresholds
from radiogene.evaluation.event_gate import gated
from radiogene.evaluation.measure import INTERVAL_LEVEL, Interval, Measure, undefined
from radiogene.evaluation.metrics import missing_class
from radiogene.evaluation.usable_scores import refuse_unusable
from radiogene.storage.typed_json import JsonObject

THRESHOLD_PROBABILITIES = (0.1, 0.2, 0.3, 0.4, 0.5)
"""At which differences are given where no other is stated: who would act at 1 in 10 up to who would at even odds."""

FEWEST_DISCORDANT = 10
"""Patients on whom only one system acts, below which no interval is given (`benchmarks/report_coverage.py`)."""

BY_DISCORDANT = "standard error over patients, t distribution by the patients on whom only one acts"


@dataclass(frozen=True)
class NetBenefitDifference:
    """One threshold probability.

    Attributes:
        threshold: the probability at or above which one acts.
        first: net benefit of the first system, in true mutants per patient; None where undefined.
        second: that of the other.
        difference: first minus second, with its interval.
        discordant: patients on whom only one of the systems acts.
    """

    threshold: float
    first: float | None
    second: float | None
    difference: Measure
    discordant: int

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        return {
            "threshold": self.threshold,
            "first": self.first,
            "second": self.second,
            "difference": self.difference.to_json(),
            "discordant": self.discordant,
        }


def net_benefit_differences(
    labels: NDArray[np.int8],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    thresholds: Sequence[float] = THRESHOLD_PROBABILITIES,
) -> tuple[NetBenefitDifference, ...]:
    """A difference per threshold with its interval; each threshold by itself.

    The interval is by the standard error over patients and the t distribution with as many degrees of freedom as
    patients on whom only one system acts, less one: those alone carry the difference. The percentile bootstrap is
    too narrow where they are few; `benchmarks/report_coverage.py` has how often this one holds.

    Probabilities are taken at their word: both systems must be calibrated for the differences to mean anything.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        first: (N,) probabilities of one system.
        second: (N,) those of the other, for the same patients in the same order.
        thresholds: probabilities from 0 to below 1.

    Raises:
        SettingsError: a threshold outside [0, 1).
        CohortError: arrays of different lengths, or a probability that is no number.

    Source: Vickers et al., Med Decis Making 28:146 (2008).
    """
    cuts = np.asarray(thresholds, dtype=np.float64)
    require_thresholds(cuts)
    refuse_unusable(labels, first, second)
    known = labels >= 0
    labels, first, second = labels[known], first[known], second[known]
    reason = missing_class(labels)
    if reason:
        return tuple(NetBenefitDifference(float(cut), None, None, undefined(reason), 0) for cut in cuts)
    one, other = (gained_by_acting(labels, of, cuts) for of in (first, second))
    gained = one - other
    errors = gained.std(axis=0, ddof=1) / labels.size**0.5
    discordant = ((first[:, None] >= cuts) != (second[:, None] >= cuts)).sum(axis=0)
    found = []
    for number, cut in enumerate(cuts):
        value, apart = float(gained[:, number].mean()), int(discordant[number])
        if apart < FEWEST_DISCORDANT:
            difference = Measure(value, reason=_few_discordant(apart))
        else:
            reach = float(student.ppf((1 + INTERVAL_LEVEL) / 2, apart - 1) * errors[number])
            difference = Measure(value, Interval(value - reach, value + reach, BY_DISCORDANT))
        found.append(
            NetBenefitDifference(
                float(cut),
                float(one[:, number].mean()),
                float(other[:, number].mean()),
                gated(difference, labels),
                apart,
            )
        )
    return tuple(found)


def _few_discordant(discordant: int) -> str:
    """Why there is no interval."""
    if not discordant:
        return "no interval: both act on the same patients"
    return f"no interval: they differ on {discordant} patients only, and at least {FEWEST_DISCORDANT} are needed"
