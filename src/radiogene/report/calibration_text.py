"""What a calibration changed, for the terminal."""

from typing import Any

from radiogene.report.evaluation_text import measure_text

FIGURES = (("brier", "Brier"), ("calibration_slope", "slope"), ("calibration_in_the_large", "level"), ("ece", "ECE"))


def calibration_text(content: dict[str, Any]) -> str:
    """The calibration as text, one block per gene.

    Args:
        content: `Recalibration.to_json()`.
    """
    seeds = len(content["seeds"])
    lines = [
        f"{content['model_kind']} model, calibration {content['kind']}, fitted on {content['cases']} cases"
        + (f" (mean over {seeds} seeds)" if seeds > 1 else "")
        + f": {content['rests_on']}.",
        f"The figures after it are cross-fitted over the {content['cross_fitted_over']}.",
    ]
    for gene, found in content["genes"].items():
        fitted = found["calibration"]
        how = f"temperature {fitted['temperature']:.3f}; " if fitted["kind"] == "temperature" else ""
        lines.append(f"{gene}: {how}threshold {found['threshold']:.3f} (before {found['threshold_before']:.3f})")
        for key, word in FIGURES:
            before, after = (measure_text(found[when][key]) for when in ("before", "after_cross_fitted"))
            lines.append(f"  {word:<5} {before} -> {after}")
    return "\n".join(lines)
