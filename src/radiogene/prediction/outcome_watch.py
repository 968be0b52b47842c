"""What the recorded results say of a model's answers: figures, charts and alarms per gene."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from radiogene.decision.decision import WITH_FOLDS, Decision, GeneDecision
from radiogene.errors import CohortError
from radiogene.evaluation.calibration_measures import CalibrationMeasures, calibration_measures
from radiogene.evaluation.drift import CHANGES, WATCHED, Change, DriftLimits, cusum, drift_limits, log_likelihood_ratios
from radiogene.evaluation.intervals import auc_with_interval
from radiogene.evaluation.measure import Measure
from radiogene.prediction.outcome_record import OutcomeRecord
from radiogene.storage.typed_json import JsonObject, to_json


@dataclass(frozen=True, eq=False)
class GeneWatch:
    """One gene.

    Attributes:
        results: that have come in.
        mutants: of these.
        expected: sum of the answered probabilities.
        auc: of the answers, with its interval where there are events enough.
        calibration: of the answers; None without results.
        limits: of the charts; None where `reason` says why.
        charts: (3, N) after each result, in the order of `CHANGES`; (3, 0) without limits.
        reason: why there are no charts; empty where there are.
    """

    results: int
    mutants: int
    expected: float
    auc: Measure
    calibration: CalibrationMeasures | None
    limits: DriftLimits | None
    charts: NDArray[np.float64]
    reason: str = ""

    @property
    def alarms(self) -> dict[Change, int]:
        """The number of the result by which each chart that raised an alarm did so first."""
        if self.limits is None:
            return {}
        found = {}
        for change, chart in zip(CHANGES, self.charts, strict=True):
            over = np.flatnonzero(chart >= self.limits.charts[change].limit)
            if over.size:
                found[change] = int(over[0]) + 1
        return found

    @property
    def sentence(self) -> str:
        """Why the model is to be looked at again; empty where nothing speaks for it."""
        if not self.alarms:
            return ""
        words = "; ".join(f"{change.value} (from result {number} on)" for change, number in self.alarms.items())
        return f"{words}, by {self.results} molecular results with {self.mutants} mutations"

    def to_json(self) -> JsonObject:
        """Plain JSON values."""
        charts: JsonObject = {}
        if self.limits is not None:
            for change, chart in zip(CHANGES, self.charts, strict=True):
                own = self.limits.charts[change]
                charts[change.value] = {**to_json(own), "values": chart.tolist(), "alarm_at": self.alarms.get(change)}
        return {
            "results": self.results,
            "mutants": self.mutants,
            "expected_mutants": self.expected,
            "auc": self.auc.to_json(),
            "calibration": None if self.calibration is None else self.calibration.to_json(),
            "watched": WATCHED,
            "false_alarm_rate": None if self.limits is None else self.limits.false_alarm_rate,
            "charts": charts,
            "reason": self.reason or None,
        }


@dataclass(frozen=True, eq=False)
class OutcomeWatch:
    """What a site's results say of a model.

    Attributes:
        record: that it rests on, with what is to be looked at again.
        genes: by name.
        answers: patients with an answer.
        waiting: of these, without a result of any gene.
    """

    record: OutcomeRecord
    genes: Mapping[str, GeneWatch]
    answers: int
    waiting: int

    def to_json(self) -> JsonObject:
        """Plain JSON values; nothing in them names a patient."""
        return {
            "synthetic": self.record.synthetic,
            "answers": self.answers,
            "waiting": self.waiting,
            "look_again": to_json(self.record.look_again),
            "genes": {gene: watch.to_json() for gene, watch in self.genes.items()},
        }


def outcome_watch(record: OutcomeRecord, decision: Decision) -> OutcomeWatch:
    """The figures and charts of a record.

    Args:
        record: of the model.
        decision: of the model, at the prevalence that its answers are anchored to.
    """
    genes = {gene: _gene_watch(record, gene, decision.gene(gene)) for gene in decision.genes}
    told = {gene: watch.sentence for gene, watch in genes.items() if watch.sentence}
    known = {outcome.patient for outcome in record.outcomes}
    waiting = sum(answer.patient not in known for answer in record.answers)
    return OutcomeWatch(replace(record, look_again=told), genes, len(record.answers), waiting)


def _gene_watch(record: OutcomeRecord, gene: str, rule: GeneDecision) -> GeneWatch:
    pairs = record.of_gene(gene)
    probabilities = np.array([probability for probability, _ in pairs], dtype=np.float64)
    labels = np.array([mutated for _, mutated in pairs], dtype=np.int8)
    limits, reason = _limits(rule)
    charts = np.zeros((len(CHANGES), 0))
    if limits is not None:
        charts = cusum(log_likelihood_ratios(labels, probabilities, limits.typical))
    return GeneWatch(
        results=len(pairs),
        mutants=int(labels.sum()),
        expected=float(probabilities.sum()),
        auc=auc_with_interval(labels, probabilities),
        calibration=calibration_measures(labels, probabilities) if pairs else None,
        limits=limits,
        charts=charts,
        reason=reason,
    )


def _limits(rule: GeneDecision) -> tuple[DriftLimits | None, str]:
    """The charts' limits of a gene, or why there are none."""
    if rule.scores is None:
        return None, f"the model keeps no out-of-fold probabilities, which say what drift is. {WITH_FOLDS.rstrip('.')}"
    try:
        raw = np.array([*rule.scores.mutants, *rule.scores.wild_types], dtype=np.float64)
        return drift_limits(rule.apply(raw)), ""
    except CohortError as error:
        return None, str(error).rstrip(".")
