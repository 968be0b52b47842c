"""Calibration in the external cohort: Brier score, O/E, intercepts and slope, ECE, and the smooth curve."""

import numpy as np

from radiogene.evaluation.calibration_error import calibration_bins
from radiogene.evaluation.calibration_measures import calibration_measures
from radiogene.evaluation.event_gate import event_gate
from radiogene.evaluation.intervals import wilson_share
from radiogene.evaluation.smooth_calibration import SPLINE, smooth_calibration
from radiogene.experiments.drawn_figure import drawn_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.row_measures import DASH, measure_words
from radiogene.experiments.supplement.main_systems import MMDL_TITLE, MainFigures, main_figures, main_fits, main_notes
from radiogene.report.evidence.evidence_report import EvidenceFigure, PlainTable, SupplementEntry
from radiogene.report.figures.calibration_plot import CalibrationLine, calibration_figure
from radiogene.report.numbers import value_text

NAME = "calibration"
TITLE = "Calibration in the external cohort"

HEADINGS = (
    "gene",
    "system",
    "Brier score",
    "O/E",
    "slope",
    "intercept",
    "in the large",
    "ECE",
    "plain ECE",
    "by chance",
)

DRAWN_BINS = 5

TEXT = (
    "A calibrated model has slope 1, intercept 0 and as many mutants as it predicts: observed over expected (O/E) 1, "
    "above 1 where it predicts too few. The plain expected calibration error (ECE) is above 0 by chance alone; the "
    "last column is what chance makes of it, and ECE is freed of that.",
)
CAPTION = (
    f"External patients: {SPLINE}. Points: MMDL's patients in bins of equal size. Where there are events enough, "
    "shaded: pointwise 95% band of MMDL by a bootstrap of patients; bars: 95% intervals of its bins."
)


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fits that it needs."""
    return list(main_fits(settings).values())


def show(evidence: Evidence) -> Shown:
    """A row per gene and system, and their curves."""
    rows = []
    curves: dict[str, list[CalibrationLine]] = {}
    for shown_system in main_figures(evidence):
        measured = calibration_measures(shown_system.figures.labels, shown_system.figures.probabilities)
        ends = (measured.error.plain, measured.error.expected_if_calibrated)
        measures = (
            measured.brier,
            measured.observed_expected,
            measured.slope,
            measured.intercept,
            measured.in_the_large,
            measured.error.error,
        )
        words = (measure_words(measure) for measure in measures)
        rows.append(
            (shown_system.gene, shown_system.title, *words, *(value_text(value, missing=DASH) for value in ends))
        )
        curves.setdefault(shown_system.gene, []).append(_line(shown_system))
    figures: tuple[EvidenceFigure, ...] = ()
    if curves:
        alt = "Calibration curves per gene: share of mutants against predicted probability."
        drawn = calibration_figure(curves, evidence.external.synthetic)
        figures = (drawn_figure(f"{NAME}-curves", "Calibration curves", CAPTION, alt, drawn),)
    table = PlainTable(HEADINGS, tuple(rows), main_notes(evidence))
    return Shown(supplement=(SupplementEntry(NAME, TITLE, TEXT, table, figures),))


def _line(shown_system: MainFigures) -> CalibrationLine:
    """The curve of one system, with fewer bins than for the error, so that each holds patients enough to be read."""
    labels, probabilities = shown_system.figures.labels, shown_system.figures.probabilities
    bins = calibration_bins(labels, probabilities, DRAWN_BINS)
    highlighted = shown_system.title == MMDL_TITLE
    shares = [wilson_share(round(share * n), int(n)) for share, n in zip(bins.mutant_share, bins.patients, strict=True)]
    ends = np.array([(of.interval.low, of.interval.high) for of in shares if of.interval is not None])
    interval = (ends[:, 0], ends[:, 1]) if highlighted and not event_gate(labels) else None
    shown = probabilities if highlighted else None
    smooth = smooth_calibration(labels, probabilities)
    band = (smooth.band.low, smooth.band.high) if highlighted and smooth.band is not None else None
    return CalibrationLine(
        shown_system.title,
        bins.mean_probability,
        bins.mutant_share,
        interval,
        shown,
        highlighted,
        None if smooth.reason else (smooth.probability, smooth.share),
        band,
    )


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
