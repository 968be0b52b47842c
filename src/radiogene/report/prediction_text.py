"""A prediction as lines for the terminal."""

from radiogene.prediction.result import PredictionResult
from radiogene.report.numbers import range_text, value_text, values_text


def prediction_text(result: PredictionResult) -> str:
    """One line per gene, then where the nodule is and what to know before using the numbers."""
    lines = []
    for gene, found in result.genes.items():
        spread = ""
        if found.spread is not None:
            s = found.spread
            spread = f", {s.members} {s.kind}: {range_text(s.low, s.high)}"
        lines.append(
            f"{gene:<6} P(mutant) = {value_text(found.probability)}{spread}  -> {found.call} "
            f"(threshold {value_text(found.threshold)})"
        )
    centre = values_text(result.nodule.centre_lps_mm, 1)
    lines.append(f"nodule at LPS ({centre}) mm, {result.nodule.nodule.kind}")
    lines += [f"decided: {sentence}" for sentence in result.nodule.decisions]
    lines += [f"warning: {sentence}" for sentence in result.warnings]
    lines.append("Research software, not a medical device.")
    return "\n".join(lines)
