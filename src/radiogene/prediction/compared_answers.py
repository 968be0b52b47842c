"""Two or more models on the same store: differences of their AUCs and calls, tested in pairs and adjusted together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from radiogene.errors import SettingsError
from radiogene.evaluation.comparison import AucComparison, CallComparison, holm_adjusted, mcnemar_exact, paired_delong
from radiogene.prediction.model_answers import ModelAnswers
from radiogene.storage.typed_json import JsonObject


@dataclass(frozen=True)
class ComparedGene:
    """One gene of one other model, on the patients whom both models answer for.

    Attributes:
        other: title of the other model.
        gene: which gene.
        patients: with a known label.
        auc: of the first model minus that of the other (paired DeLong).
        calls: who alone calls rightly (McNemar, exact).
        p_holm: of the AUCs, adjusted over all other models of this gene.
    """

    other: str
    gene: str
    patients: int
    auc: AucComparison
    calls: CallComparison
    p_holm: float | None

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
        }


def compared_answers(first: ModelAnswers, others: Sequence[ModelAnswers]) -> tuple[ComparedGene, ...]:
    """The comparisons of a model with others, per gene that both predict.

    Args:
        first: answers of the model that is asked about.
        others: answers of the others for the same store.

    Raises:
        SettingsError: another model predicts no gene of the first.
    """
    found: list[ComparedGene] = []
    for gene in first.predictions.genes:
        pairs = [(other, _pair(first, other, gene)) for other in others if gene in other.predictions.genes]
        adjusted = holm_adjusted({str(n): pair[1].p_value for n, (_, pair) in enumerate(pairs)})
        found += [
            ComparedGene(other.title, gene, patients, auc, calls, adjusted[str(n)])
            for n, (other, (patients, auc, calls)) in enumerate(pairs)
        ]
    for other in others:
        if not set(other.predictions.genes) & set(first.predictions.genes):
            raise SettingsError(
                f"--against: {other.title} predicts {', '.join(other.predictions.genes)}, and the model "
                f"{', '.join(first.predictions.genes)}: there is no gene to compare."
            )
    return tuple(found)


def _pair(first: ModelAnswers, other: ModelAnswers, gene: str) -> tuple[int, AucComparison, CallComparison]:
    """How many known patients both have, and both tests on them."""
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
        values >= answers.decision.gene(gene).threshold for values, answers in zip(scores, (first, other), strict=True)
    ]
    auc = paired_delong(labels, scores[0], scores[1])
    return int(np.sum(labels >= 0)), auc, mcnemar_exact(labels, calls[0], calls[1])
