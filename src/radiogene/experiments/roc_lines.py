"""ROC curves of fits, ready to be drawn."""

import numpy as np

from radiogene.evaluation.roc_curve import roc_curve
from radiogene.experiments.experiment import Evidence
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.row_measures import RowFigures
from radiogene.experiments.table_plan import FiguresOf
from radiogene.report.figures.roc_panels import RocLine, RocPanel


def roc_panel(
    evidence: Evidence, title: str, gene: str, fits: tuple[tuple[str, PlannedFit], ...], figures_of: FiguresOf
) -> tuple[RocPanel, tuple[str, ...]]:
    """The curves of several systems for one gene, the last highlighted, and why others are missing.

    Args:
        evidence: outcomes of the fits.
        title: of the panel.
        gene: which gene.
        fits: label and fit of each curve.
        figures_of: of which cohort.
    """
    lines, missing, patients = [], [], {}
    for label, fit in fits:
        result = evidence.result(fit)
        if result is None:
            missing.append(f"{title}, {label}: {evidence.why_not(fit)}")
            continue
        figures = figures_of(result, gene)
        line = _line(label, figures, highlighted=label == fits[-1][0])
        if line is None:
            missing.append(f"{title}, {label}: {figures.under_curve.reason}")
            continue
        lines.append(line)
        patients[label] = (figures.labels.size, figures.mutants)
    counts = set(patients.values())
    note = "{} patients, {} mutants".format(*counts.pop()) if len(counts) == 1 else ""
    return RocPanel(title, tuple(lines), note), tuple(missing)


def _line(label: str, figures: RowFigures, *, highlighted: bool) -> RocLine | None:
    """One curve; the band is drawn for the highlighted one alone. None where no curve can be."""
    curve = roc_curve(figures.labels, figures.scores, figures.folds)
    if curve.reason:
        return None
    band = None
    if highlighted and curve.band is not None:
        ends = (curve.band.low, curve.band.high)
        low, high = (np.interp(curve.false_positive_rate, curve.band_at, end) for end in ends)
        band = (low, high)
    return RocLine(label, curve.false_positive_rate, curve.true_positive_rate, figures.under_curve, band, highlighted)
