"""What changed scans do to a model, as lines for the terminal and rows of the page."""

from radiogene.prediction.stress import StressLevel, StressResult
from radiogene.report.numbers import measure_text, value_text


def stress_text(result: StressResult) -> str:
    """One line per level and gene."""
    lines = ["SYNTHETIC: these figures say nothing about patients."] if result.synthetic else []
    if result.includes_training_cases:
        lines.append("INCLUDES TRAINING CASES: these are not figures of unseen patients.")
    lines.append(f"{result.patients} patients; movement is the mean absolute change of a probability.")
    for level in result.levels:
        for gene, own in level.genes.items():
            figures = (
                ("AUC", own.auc),
                ("difference", own.auc_difference),
                ("movement", own.movement),
                ("calls changed", own.calls_changed),
            )
            words = "; ".join(f"{name} {measure_text(measure)}" for name, measure in figures)
            lines.append(f"{level_words(level)}, {gene}: {words}")
    return "\n".join(lines)


def level_words(level: StressLevel) -> str:
    """What was changed and by how much: "slice thickness 5.0 mm"."""
    if level.amount is None:
        return level.change
    name, _, unit = level.change.partition(", ")
    return f"{name} {value_text(level.amount, 1)} {unit}".rstrip()
