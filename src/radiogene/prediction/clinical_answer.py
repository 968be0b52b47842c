"""What the clinical values alone say of a case, what the image changes, and the sentences that go with it."""

from collections.abc import Sequence

from radiogene.cohort.row import PatientRow
from radiogene.decision.clinical_only import ClinicalOnly
from radiogene.decision.decision import GeneDecision
from radiogene.decision.prior_shift import shifted
from radiogene.evaluation.added_value import AddedValue
from radiogene.prediction.result import ClinicalAnswer, ImageDifference


def clinical_answer(
    clinical_only: ClinicalOnly, gene: str, row: PatientRow, rule: GeneDecision
) -> ClinicalAnswer | None:
    """The companion's answer for one case; None where there is no companion.

    Args:
        clinical_only: of the model.
        gene: which.
        row: the patient's values.
        rule: of the model, whose prevalence the companion's answer gets too.
    """
    if clinical_only.companion is None:
        return None
    probability = float(clinical_only.companion.probabilities([row], gene)[0])
    if rule.prevalence_used is not None and rule.prevalence is not None:
        probability = shifted(probability, rule.prevalence, rule.prevalence_used)
    return ClinicalAnswer(probability)


def image_difference(
    clinical_only: ClinicalOnly, gene: str, probability: float, alone: ClinicalAnswer | None
) -> ImageDifference | None:
    """What the image changes; None where there is no companion.

    Args:
        clinical_only: of the model.
        gene: which.
        probability: the model's, for this case.
        alone: the companion's answer for it.
    """
    if clinical_only.companion is None or alone is None:
        return None
    added = clinical_only.companion.genes[gene].added
    low, high = (None, None) if added.auc.interval is None else (added.auc.interval.low, added.auc.interval.high)
    return ImageDifference(probability - alone.probability, added.auc.value, low, high, added.is_shown)


def image_warnings(clinical_only: ClinicalOnly, genes: Sequence[str]) -> list[str]:
    """A sentence on what cannot be given, or on each gene whose image has not been shown to add anything.

    Args:
        clinical_only: of the model.
        genes: of the model.
    """
    companion = clinical_only.companion
    if companion is None:
        return [f"`clinical_only` and `image_difference` are not given: {clinical_only.reason}."]
    added = {gene: companion.genes[gene].added for gene in genes}
    return [_not_shown(gene, of_gene) for gene, of_gene in added.items() if not of_gene.is_shown]


def _not_shown(gene: str, added: AddedValue) -> str:
    """What the training patients say of the image's worth for a gene."""
    begin = f"For {gene}, the image has not been shown to add anything to the clinical values: "
    if added.auc.value is None or added.auc.interval is None:
        return f"{begin}the difference of the AUCs has no interval ({added.auc.reason})."
    low, high = added.auc.interval.low, added.auc.interval.high
    change = f"{added.auc.value:+.3f} ({low:+.3f} to {high:+.3f})"
    return f"{begin}over {added.patients} training patients it changes the AUC by {change}."
