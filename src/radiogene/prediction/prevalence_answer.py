"""Which prevalence an answer carries, and the sentences that go with it."""

from radiogene.decision.calibration import CalibrationKind
from radiogene.decision.decision import Decision, GeneDecision
from radiogene.prediction.result import PrevalenceAnswer


def prevalence_answer(rule: GeneDecision) -> PrevalenceAnswer | None:
    """The prevalences of a gene; None where only a part of the training patients set its decision."""
    if rule.prevalence is None:
        return None
    return PrevalenceAnswer(rule.prevalence, rule.prevalence if rule.prevalence_used is None else rule.prevalence_used)


def prevalence_warnings(decision: Decision) -> list[str]:
    """A sentence on genes without a prevalence, or anchored to one without a calibration."""
    sentences = []
    if any(rule.prevalence is None for rule in decision.genes.values()):
        sentences.append(
            "`prevalence` is not given: the model was trained without folds; get it by `radiogene train --folds 5`."
        )
    anchored = [
        gene
        for gene, rule in decision.genes.items()
        if rule.prevalence_used is not None and rule.calibration.kind is CalibrationKind.IDENTITY
    ]
    if anchored:
        sentences.append(
            f"The prevalence of {', '.join(anchored)} is set on probabilities that were not calibrated; it holds as "
            "far as they are right (`radiogene calibrate`)."
        )
    return sentences
