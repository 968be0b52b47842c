"""What stands behind the probability of one gene, in words by what they say: the same on pages and in the terminal."""

from radiogene.prediction.result import ClickAnswer, FamiliarityAnswer, GeneResult
from radiogene.report.numbers import percent, signed_points, value_text

POINTS = "points"

SENSITIVE_TO = {
    "thickness": "With slices of 3 or 5 mm",
    "kernel": "With a softer or harder kernel",
    "noise": "With noise of 20 or 40 HU",
}
"""What `prediction/sensitivity_answer.py` tries, in words."""


def answer_words(result: GeneResult) -> dict[str, str]:
    """What an answer gives beside its probability; what it cannot give is left out, and its warnings say why.

    Args:
        result: of one gene.
    """
    words: dict[str, str] = {}
    if result.clinical_only is not None:
        words["Clinical values alone"] = percent(result.clinical_only.probability)
    if result.image_difference is not None:
        difference = result.image_difference
        shown = "shown to add something" if difference.shown else "not shown to add anything"
        words["The image changes it by"] = f"{signed_points(difference.value)} {POINTS}; {shown}"
    if result.conformal is not None:
        conformal = result.conformal
        words[f"Answer at {percent(conformal.level, 0)}"] = (
            f"{conformal.set}, by {conformal.patients} training patients"
        )
    if result.prevalence is not None:
        prevalence = result.prevalence
        own = (
            "that of the training"
            if prevalence.used == prevalence.training
            else f"training {percent(prevalence.training)}"
        )
        words["Prevalence"] = f"{percent(prevalence.used)}, {own}"
    for name, found in (result.sensitivity or {}).items():
        words[SENSITIVE_TO[name]] = f"{percent(found.low)} to {percent(found.high)}"
    if result.click is not None:
        words[f"Marked up to {value_text(result.click.radius_mm, 1)} mm elsewhere"] = click_words(result.click)
    return words


def click_words(click: ClickAnswer) -> str:
    """What becomes of the answer at nearby centres: "31.0% to 44.2%, the call stays"."""
    call = "the call changes" if click.call_changes else "the call stays"
    return f"{percent(click.low)} to {percent(click.high)}, {call}"


def familiarity_words(familiarity: FamiliarityAnswer) -> str:
    """How typical the case is: "62.0% of the training patients are less typical"."""
    return f"{percent(familiarity.share_less_typical)} of the training patients are less typical"
