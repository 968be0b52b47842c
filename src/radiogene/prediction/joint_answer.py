"""The four outcomes of two genes in a case, and the sentences that go with them."""

from collections.abc import Mapping

from radiogene.decision.decision import WITH_FOLDS, Decision
from radiogene.decision.joint import FEWEST_PATIENTS
from radiogene.prediction.result import GeneResult


def joint_answer(decision: Decision, genes: Mapping[str, GeneResult]) -> dict[str, float] | None:
    """The outcomes' probabilities, which sum to those of the genes; None where the model has no association.

    Args:
        decision: of the model.
        genes: answers of the two genes.
    """
    association = decision.joint
    if association is None:
        return None
    first, second = (genes[gene].probability for gene in association.genes)
    return association.outcomes(first, second)


def joint_warnings(decision: Decision) -> list[str]:
    """A sentence where there are no joint outcomes, or where they are no likelier than independent mutations."""
    association = decision.joint
    if association is not None:
        if association.is_shown:
            return []
        return [
            "`joint`: the four outcomes have not been shown to be likelier than independent mutations "
            f"({association.patients} training patients known for both genes, {association.both} with both mutations)."
        ]
    return [f"`joint` is not given: {_reason(decision)}."]


def _reason(decision: Decision) -> str:
    if len(decision.genes) != 2:
        return f"it is for models of two genes, and this one has {len(decision.genes)}"
    rules = decision.genes.values()
    if any(rule.prevalence is None for rule in rules):
        return f"the model was trained without folds. {WITH_FOLDS.rstrip('.')}"
    if any(rule.scores is None for rule in rules):
        return "the model keeps no association of its genes; get it by `radiogene calibrate MODEL --kind KIND`"
    return f"fewer than {FEWEST_PATIENTS} training patients are known for both genes"
