"""Two or more models on the same store: differences of AUC, calls and net benefit, in pairs and adjusted together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from radiogene.errors import SettingsError
from radiogene.evaluation.comparison import AucComparison, CallComparison, auc_difference, holm_adjusted, mcnemar_exact
from radiogene.evaluation.net_benefit_difference import (
    THRESHOLD_PROBABILITIES,
    NetBenefitDifference,
    net_benefit_differences,
)
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.evaluation.predictions import Predictions
from radiogene.model.engines.feature_engine import EngineIdentity
from radiogene.prediction.predictor import Predictor
from radiogene.storage.typed_json import JsonObject


@dataclass(frozen=True, eq=False)
class EvaluatedModel:
    """What a model says of a cohort, and by which rule.

    Attributes:
        predictor: the model.
        predictions: calibrated, one row per patient.
        nodule_rule: whose probability a patient with several nodules got.
        left_out: patients that lack what the model needs, and why, in words.
        training_cases: nodules that the model was trained on, where they were allowed.
    """

    predictor: Predictor
    predictions: Predictions
    nodule_rule: NoduleRule
    left_out: dict[str, int]
    training_cases: int = 0

    @property
    def engine(self) -> EngineIdentity | None:
        """What computed the features of a nine-view network; None for another system."""
        return self.predictor.model.method.engine

    @property
    def choices(self) -> JsonObject:
        """What was decided before the evaluation, for a ledger: plain JSON values.

        An engine other than the default one is among them: it is a choice that figures could be chosen by.
        """
        of_engine = {} if self.engine is None else self.engine.choice
        return {"decision": self.predictor.decision.to_json(), "nodule_rule": self.nodule_rule.value, **of_engine}


@dataclass(frozen=True)
class ComparedGene:
    """One gene of one other model, on the patients whom both models answer for.

    Attributes:
        other: title of the other model.
        gene: which gene.
        patients: with a known label.
        auc: of the first model minus that of the other (paired).
        calls: who alone calls rightly (McNemar, exact).
        p_holm: of the AUCs, adjusted over all other models of this gene.
        net_benefit: of the first model minus that of the other, per threshold probability.
    """

    other: str
    gene: str
    patients: int
    auc: AucComparison
    calls: CallComparison
    p_holm: float | None
    net_benefit: tuple[NetBenefitDifference, ...] = ()

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        return {
            "other": self.other,
            "gene": self.gene,
            "patients": self.patients,
            "auc_difference": self.auc.difference.to_json(),
            "p_value": self.auc.p_value,
            "p_holm": self.p_holm,
            "only_this_right": self.calls.only_first_right,
            "only_other_right": self.calls.only_second_right,
            "p_mcnemar": self.calls.p_value,
            "net_benefit": [found.to_json() for found in self.net_benefit],
        }


def compared_models(
    first: EvaluatedModel, others: Sequence[EvaluatedModel], thresholds: Sequence[float] = THRESHOLD_PROBABILITIES
) -> tuple[ComparedGene, ...]:
    """The comparisons of a model with others, per gene that both predict.

    Args:
        first: the model that is asked about, with its predictions.
        others: the others, with theirs for the same cohort.
        thresholds: probabilities to act at, for differences of net benefit.

    Raises:
        SettingsError: another model predicts no gene of the first, or a threshold probability outside [0, 1).
    """
    compared: list[ComparedGene] = []
    for gene in first.predictions.genes:
        found = [_pair(first, other, gene, thresholds) for other in others if gene in other.predictions.genes]
        adjusted = holm_adjusted({str(n): pair.auc.p_value for n, pair in enumerate(found)})
        compared += [replace(pair, p_holm=adjusted[str(n)]) for n, pair in enumerate(found)]
    for other in others:
        if not set(other.predictions.genes) & set(first.predictions.genes):
            raise SettingsError(
                f"`against`: {other.predictor.title} predicts {', '.join(other.predictions.genes)}, and the model "
                f"{', '.join(first.predictions.genes)}: there is no gene to compare."
            )
    return tuple(compared)


def _pair(first: EvaluatedModel, other: EvaluatedModel, gene: str, thresholds: Sequence[float]) -> ComparedGene:
    """The comparison on the patients whom both have, not adjusted yet."""
    place = {patient: n for n, patient in enumerate(other.predictions.patient_ids)}
    ours = np.array([n for n, patient in enumerate(first.predictions.patient_ids) if patient in place], dtype=int)
    theirs = np.array([place[first.predictions.patient_ids[n]] for n in ours], dtype=int)
    columns = [answers.predictions.genes.index(gene) for answers in (first, other)]
    labels = first.predictions.labels[ours, columns[0]]
    scores = [
        answers.predictions.probabilities[rows, column]
        for answers, rows, column in zip((first, other), (ours, theirs), columns, strict=True)
    ]
    calls = [
        values >= answers.predictor.decision.gene(gene).threshold
        for values, answers in zip(scores, (first, other), strict=True)
    ]
    return ComparedGene(
        other.predictor.title,
        gene,
        int(np.sum(labels >= 0)),
        auc_difference(labels, scores[0], scores[1]),
        mcnemar_exact(labels, calls[0], calls[1]),
        None,
        net_benefit_differences(labels, scores[0], scores[1], thresholds),
    )
