"""Two models on the same patients: paired DeLong, exact McNemar; and Holm's adjustment for several comparisons."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from scipy.stats import binomtest, norm
from scipy.stats import t as student

from radiogene.errors import CohortError
from radiogene.evaluation.event_gate import event_gate, point_only
from radiogene.evaluation.intervals import SMALLEST_VARIANCE, Z, delong_variance
from radiogene.evaluation.measure import INTERVAL_LEVEL, Interval, Measure, undefined
from radiogene.evaluation.metrics import missing_class, placements
from radiogene.evaluation.usable_scores import refuse_unusable

PAIRED_T = "paired DeLong on the plain and the logit scale, t distribution by the smaller class"


@dataclass(frozen=True)
class AucComparison:
    """The difference of two AUCs on the same patients.

    Attributes:
        difference: AUC of the first minus AUC of the second, with the interval of the test.
        z: difference over its standard error; None where that is 0 or undefined.
        p_value: two-sided; None where undefined (`difference.reason` says why).
        error: standard error of the difference; None where it is 0 or undefined.
    """

    difference: Measure
    z: float | None
    p_value: float | None
    error: float | None = None


def auc_difference(labels: NDArray[np.int8], first: NDArray[np.float64], second: NDArray[np.float64]) -> AucComparison:
    """The difference of two AUCs with the interval and p-value that are shown, where there are events enough.

    The larger of DeLong's paired standard error and of that by which the log odds of the AUCs differ as surely, against
    the t distribution with as many degrees of freedom as the smaller class has patients, less one. Either scale alone
    tells equal models apart too often with few mutants, and so does the normal distribution
    (`benchmarks/interval_coverage.py`).

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        first: (N,) probabilities of one model.
        second: (N,) those of the other, for the same patients in the same order.

    Raises:
        CohortError: arrays of different lengths, or a score that is no number.
    """
    found = paired_delong(labels, first, second)
    few = event_gate(labels)
    if few:
        return AucComparison(point_only(found.difference, few), None, None)
    if found.z is None or found.error is None or found.difference.value is None:
        return found
    freedom = int(min(np.sum(labels == 1), np.sum(labels == 0))) - 1
    difference, error = found.difference.value, max(found.error, _error_by_log_odds(labels, first, second))
    reach = float(student.ppf((1 + INTERVAL_LEVEL) / 2, freedom)) * error
    interval = Interval(max(-1.0, difference - reach), min(1.0, difference + reach), PAIRED_T)
    z = difference / error
    return AucComparison(Measure(difference, interval), z, float(2 * student.sf(abs(z), freedom)), error)


def _error_by_log_odds(labels: NDArray[np.int8], first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """The standard error of the difference at which it is as sure as that of the AUCs' log odds; 0 where that is 0."""
    known = labels >= 0
    one, other = (placements(labels[known], scores[known]) for scores in (first, second))
    # An AUC of 1 or 0 is taken as half a pair from it.
    half = 0.5 / (one.mutant.size * one.wild_type.size)
    areas = np.clip([one.auc, other.auc], half, 1 - half)
    slopes = 1 / (areas * (1 - areas))
    variance = delong_variance(
        slopes[0] * one.mutant - slopes[1] * other.mutant, slopes[0] * one.wild_type - slopes[1] * other.wild_type
    )
    apart = abs(float(logit(areas[0]) - logit(areas[1])))
    return abs(one.auc - other.auc) * variance**0.5 / apart if apart else 0.0


def paired_delong(labels: NDArray[np.int8], first: NDArray[np.float64], second: NDArray[np.float64]) -> AucComparison:
    """DeLong's paired test that two models have the same AUC, for any number of events; see `auc_difference`.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        first: (N,) probabilities of one model.
        second: (N,) those of the other, for the same patients in the same order.

    Raises:
        CohortError: arrays of different lengths, or a score that is no number.

    Source: DeLong et al., Biometrics 44:837 (1988).
    """
    _require_same_patients(labels, first, second)
    refuse_unusable(labels, first, second)
    reason = missing_class(labels)
    if reason:
        return AucComparison(undefined(reason), None, None)
    known = labels >= 0
    one, other = (placements(labels[known], scores[known]) for scores in (first, second))
    difference = one.auc - other.auc
    if min(one.mutant.size, one.wild_type.size) < 2:
        reason = "no interval: DeLong's variance needs two mutants and two wild types"
        return AucComparison(Measure(difference, reason=reason), None, None)
    variance = delong_variance(one.mutant - other.mutant, one.wild_type - other.wild_type)
    if variance < SMALLEST_VARIANCE:
        # Equal placements throughout: no evidence of a difference. Otherwise every placement differs by the same.
        reason = "no interval: the difference has no variance"
        equal = abs(difference) < SMALLEST_VARIANCE**0.5
        return AucComparison(Measure(0.0 if equal else difference, reason=reason), None, 1.0 if equal else None)
    error = float(np.sqrt(variance))
    interval = Interval(max(-1.0, difference - Z * error), min(1.0, difference + Z * error), "paired DeLong")
    z = difference / error
    return AucComparison(Measure(difference, interval), z, float(2 * norm.sf(abs(z))), error)


@dataclass(frozen=True)
class CallComparison:
    """Patients whom only one of two models calls rightly.

    Attributes:
        only_first_right: number of patients.
        only_second_right: number of patients.
        p_value: two-sided, exact; 1 when the models differ on nobody; None where `reason` says why.
        reason: why there is no test; empty where there is one.
    """

    only_first_right: int
    only_second_right: int
    p_value: float | None
    reason: str = ""


def mcnemar_exact(labels: NDArray[np.int8], first: NDArray[np.bool_], second: NDArray[np.bool_]) -> CallComparison:
    """McNemar's exact test that two models call equally many patients rightly, where there are events enough.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (left out).
        first: (N,) True where one model calls mutant.
        second: (N,) the same of the other model.

    Raises:
        CohortError: arrays of different lengths.

    Source: McNemar, Psychometrika 12:153 (1947), with the binomial distribution of the discordant patients.
    """
    _require_same_patients(labels, first, second)
    known = labels >= 0
    right_one, right_other = (calls[known] == (labels[known] == 1) for calls in (first, second))
    one, other = int(np.sum(right_one & ~right_other)), int(np.sum(right_other & ~right_one))
    few = event_gate(labels)
    if few:
        return CallComparison(one, other, None, few)
    return CallComparison(one, other, 1.0 if one + other == 0 else float(binomtest(one, one + other, 0.5).pvalue))


def holm_adjusted(p_values: Mapping[str, float | None]) -> dict[str, float | None]:
    """Holm's adjusted p-values of one family (all comparisons with one model in one table and gene).

    Args:
        p_values: by the comparison's name; None where the test could not be made, which counts towards the size of
            the family and stays None.

    Source: Holm, Scand J Statist 6:65 (1979).
    """
    tested = sorted(((p, name) for name, p in p_values.items() if p is not None), key=lambda pair: pair[0])
    adjusted: dict[str, float | None] = dict.fromkeys(p_values)
    highest = 0.0
    for rank, (p, name) in enumerate(tested):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p))
        adjusted[name] = highest
    return adjusted


def _require_same_patients(
    labels: NDArray[np.int8],
    first: NDArray[np.float64] | NDArray[np.bool_],
    second: NDArray[np.float64] | NDArray[np.bool_],
) -> None:
    if not labels.shape == first.shape == second.shape:
        raise CohortError(
            f"a paired comparison needs the same patients: {labels.size} labels, {first.size} and {second.size} "
            "predictions; compare on the patients that both models have"
        )
