"""An evaluation as a table for the terminal."""

from radiogene.prediction.compared_models import ComparedGene
from radiogene.prediction.model_evaluation import ModelEvaluation
from radiogene.report.numbers import measure_text, value_text

SHARES = (("auc", "AUC"), ("accuracy", "ACC"), ("sensitivity", "SEN"), ("specificity", "SPE"), ("f1", "F1"))


def evaluation_text(found: ModelEvaluation) -> str:
    """The evaluation as text, one block per gene."""
    lines = []
    if found.synthetic:
        lines.append("SYNTHETIC: these figures say nothing about patients.")
    if found.includes_training_cases:
        lines.append("INCLUDES TRAINING CASES: these are not figures of unseen patients.")
    if found.failed_rows:
        lines.append(f"{found.failed_rows} rows of the cohort failed in preparation and are not in these figures.")
    before = found.evaluated_before
    if before is not None and before.evaluations:
        lines.append(
            f"This cohort was evaluated {before.evaluations} times before, with {before.systems} fitted systems "
            f"({before.same_system} times with this one): every look makes a chosen figure look better."
        )
    for name, gene in found.report.genes.items():
        lines.append(
            f"{name}: {gene.patients} patients, {gene.mutants} mutants, {gene.unknown} unknown; "
            f"threshold {value_text(gene.threshold.value)} (set on {gene.threshold.set_on})"
        )
        lines += [f"  {word:<4} {measure_text(gene.measures[key])}" for key, word in SHARES]
    lines += [_against_text(compared) for compared in found.against]
    return "\n".join(lines)


def _against_text(found: ComparedGene) -> str:
    """One comparison: "EGFR against Clinical model: AUC +0.052 (-0.011 to 0.115), p 0.106, Holm 0.212; ..."."""
    p_values = ", ".join(
        f"{word} {value_text(value, missing='-')}" for word, value in (("p", found.auc.p_value), ("Holm", found.p_holm))
    )
    calls = found.calls
    return (
        f"{found.gene} against {found.other} ({found.patients} patients): AUC difference "
        f"{measure_text(found.auc.difference)}, {p_values}; right alone {calls.only_first_right}, the other alone "
        f"{calls.only_second_right}, McNemar p {value_text(calls.p_value)}"
    )
