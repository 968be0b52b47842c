"""An evaluation as a table for the terminal."""

from typing import Any

SHARES = (("auc", "AUC"), ("accuracy", "ACC"), ("sensitivity", "SEN"), ("specificity", "SPE"), ("f1", "F1"))


def measure_text(measure: dict[str, Any], digits: int = 3) -> str:
    """A figure with its 95% interval, or why there is none: "0.812 (0.731 to 0.893)"."""
    if measure["value"] is None:
        return f"- ({measure['reason']})"
    interval = measure["interval"]
    if interval is None:
        return f"{measure['value']:.{digits}f}"
    return f"{measure['value']:.{digits}f} ({interval['low']:.{digits}f} to {interval['high']:.{digits}f})"


def evaluation_text(content: dict[str, Any]) -> str:
    """The evaluation as text, one block per gene.

    Args:
        content: `EvaluationReport.to_json()` with the keys `synthetic` and `includes_training_cases`, and
            `evaluated_before` where a ledger is kept.
    """
    lines = []
    if content["synthetic"]:
        lines.append("SYNTHETIC: these figures say nothing about patients.")
    if content["includes_training_cases"]:
        lines.append("INCLUDES TRAINING CASES: these are not figures of unseen patients.")
    if content["rows_that_failed_in_preparation"]:
        lines.append(
            f"{content['rows_that_failed_in_preparation']} rows of the cohort failed in preparation and are not in "
            "these figures."
        )
    before = content.get("evaluated_before")
    if before and before["evaluations"]:
        lines.append(
            f"This cohort was evaluated {before['evaluations']} times before, with {before['systems']} fitted systems "
            f"({before['same_system']} times with this one): every look makes a chosen figure look better."
        )
    for gene, found in content["genes"].items():
        threshold = found["threshold"]
        lines.append(
            f"{gene}: {found['patients']} patients, {found['mutants']} mutants, {found['unknown']} unknown; "
            f"threshold {threshold['value']:.3f} (set on {threshold['set_on']})"
        )
        lines += [f"  {word:<4} {measure_text(found[key])}" for key, word in SHARES]
    lines += [_against_text(found) for found in content.get("against", ())]
    return "\n".join(lines)


def _against_text(found: dict[str, Any]) -> str:
    """One comparison: "EGFR against Clinical model: AUC +0.052 (-0.011 to 0.115), p 0.106, Holm 0.212; ..."."""
    p_values = ", ".join(
        f"{word} {'-' if found[key] is None else format(found[key], '.3f')}"
        for key, word in (("p_value", "p"), ("p_holm", "Holm"))
    )
    return (
        f"{found['gene']} against {found['other']} ({found['patients']} patients): AUC difference "
        f"{measure_text(found['auc_difference'])}, {p_values}; right alone {found['only_this_right']}, the other alone "
        f"{found['only_other_right']}, McNemar p {found['p_mcnemar']:.3f}"
    )
