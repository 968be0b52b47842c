"""What a calibration changed, for the terminal."""

from radiogene.decision.calibration import TemperatureCalibration
from radiogene.model.recalibration import Recalibration
from radiogene.report.numbers import measure_text, value_text

FIGURES = (("brier", "Brier"), ("calibration_slope", "slope"), ("calibration_in_the_large", "level"), ("ece", "ECE"))


def calibration_text(found: Recalibration) -> str:
    """The calibration as text, one block per gene.

    Args:
        found: what was changed.
    """
    seeds, cases = len(found.held_out.runs), len(found.held_out.predictions.patient_ids)
    lines = [
        f"{found.decision.model_kind} model, calibration {found.kind}, fitted on {cases} cases"
        + (f" (mean over {seeds} seeds)" if seeds > 1 else "")
        + f": {found.rests_on}.",
        f"The figures after it are cross-fitted over the {found.cross_fitted_over}.",
    ]
    for gene, figures in found.figures.items():
        new, old = found.decision.gene(gene), found.before.gene(gene)
        fitted = new.calibration
        how = f"temperature {value_text(fitted.temperature)}; " if isinstance(fitted, TemperatureCalibration) else ""
        lines.append(f"{gene}: {how}threshold {value_text(new.threshold)} (before {value_text(old.threshold)})")
        for key, word in FIGURES:
            before, after = (measure_text(each.measures[key]) for each in (figures.before, figures.after))
            lines.append(f"  {word:<5} {before} -> {after}")
    return "\n".join(lines)
