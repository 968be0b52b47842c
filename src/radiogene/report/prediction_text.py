"""A prediction as lines for the terminal."""

from radiogene.prediction.result import PredictionResult


def prediction_text(result: PredictionResult) -> str:
    """One line per gene, then where the nodule is and what to know before using the numbers."""
    lines = []
    for gene, found in result.genes.items():
        spread = ""
        if found.spread is not None:
            s = found.spread
            spread = f", {s.members} {s.kind}: {s.low:.3f} to {s.high:.3f}"
        lines.append(
            f"{gene:<6} P(mutant) = {found.probability:.3f}{spread}  -> {found.call} (threshold {found.threshold:.3f})"
        )
    centre = ", ".join(f"{c:.1f}" for c in result.nodule.centre_lps_mm)
    lines.append(f"nodule at LPS ({centre}) mm, {result.nodule.nodule.kind}")
    lines += [f"decided: {sentence}" for sentence in result.nodule.decisions]
    lines += [f"warning: {sentence}" for sentence in result.warnings]
    lines.append("Research software, not a medical device.")
    return "\n".join(lines)
