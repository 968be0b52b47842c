"""Sample sizes as lines for the terminal."""

from radiogene.evaluation.sample_size.sample_size import SampleSize
from radiogene.report.numbers import value_text
from radiogene.storage.plain_words import counted

DEVELOPMENT = (
    ("shrinkage at least", "shrinkage", "for_shrinkage"),
    ("optimism of Nagelkerke's R2 at most", "optimism", "for_optimism"),
    ("error of the overall risk at most", "margin", "for_overall_risk"),
)
VALIDATION = (
    ("interval of observed / expected at most", "observed_expected_width", "for_observed_expected"),
    ("interval of the calibration slope at most", "slope_width", "for_slope"),
    ("interval of the AUC at most", "auc_width", "for_auc"),
)
"""Each criterion in words, the name of its target, and that of the patients it asks for."""


def sample_size_text(size: SampleSize) -> str:
    """What each criterion asks for, and what the cohort that is asked about reaches.

    Args:
        size: to print.
    """
    development, validation = size.development, size.validation
    lines = [
        f"Expected: AUC {value_text(validation.expected.auc)}, prevalence {value_text(development.prevalence)}, "
        f"{counted(development.candidates, 'candidate value')}; Cox and Snell's R2 "
        f"{value_text(development.cox_snell_r2, 4)} of at most {value_text(development.largest_r2)}.",
        f"Development: {development.patients} patients, {development.mutants} mutants.",
    ]
    for part, criteria in ((development, DEVELOPMENT), (validation, VALIDATION)):
        if criteria is VALIDATION:
            lines.append(f"Validation: {validation.patients} other patients, {validation.mutants} mutants.")
        reach = None if size.patients is None else part.reached_by(size.patients)
        for words, target, patients in criteria:
            line = f"  {words} {getattr(part.targets, target):g}: {counted(getattr(part, patients), 'patient')}"
            reached = "" if reach is None else f"; {reach.patients} reach {value_text(getattr(reach, target))}"
            lines.append(line + reached)
    lines.append(
        "The criteria are for a regression on candidate values; a network on images has no such number and needs more."
    )
    return "\n".join(lines)
