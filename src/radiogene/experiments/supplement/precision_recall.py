"""Precision and recall in the external cohort, for where mutants are few."""

from radiogene.evaluation.precision_recall import precision_recall
from radiogene.experiments.drawn_figure import drawn_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.row_measures import DASH, measure_words
from radiogene.experiments.supplement.main_systems import main_figures, main_fits, main_notes
from radiogene.report.evidence.evidence_report import EvidenceFigure, PlainTable, SupplementEntry
from radiogene.report.figures.precision_recall_plot import (
    PrecisionRecallLine,
    PrecisionRecallPanel,
    precision_recall_figure,
)

NAME = "precision-recall"
TITLE = "Precision and recall in the external cohort"

HEADINGS = ("gene", "system", "average precision", "share of mutants")
TEXT = (
    "Where mutants are few, an AUC hides how many calls are false: precision is the share of called patients who are "
    "mutants. A system that knows nothing has the share of mutants as its average precision.",
)
CAPTION = "External patients; dotted: the share of mutants."


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fits that it needs."""
    return list(main_fits(settings).values())


def show(evidence: Evidence) -> Shown:
    """A row per gene and system, and their curves."""
    rows = []
    panels: dict[str, PrecisionRecallPanel] = {}
    for of_system in main_figures(evidence):
        curve = precision_recall(of_system.figures.labels, of_system.figures.probabilities)
        share = DASH if curve.prevalence is None else f"{curve.prevalence:.3f}"
        rows.append((of_system.gene, of_system.title, measure_words(curve.average_precision), share))
        if curve.prevalence is None:
            continue
        line = PrecisionRecallLine(
            of_system.title, curve.recall, curve.precision, curve.average_precision, of_system.title == "MMDL"
        )
        before = panels[of_system.gene].lines if of_system.gene in panels else ()
        panels[of_system.gene] = PrecisionRecallPanel(curve.prevalence, (*before, line))
    figures: tuple[EvidenceFigure, ...] = ()
    if panels:
        alt = "Precision against recall, per gene, of three systems."
        drawn = precision_recall_figure(panels, evidence.external.synthetic)
        figures = (drawn_figure(f"{NAME}-curves", "Precision-recall curves", CAPTION, alt, drawn),)
    table = PlainTable(HEADINGS, tuple(rows), main_notes(evidence))
    return Shown(supplement=(SupplementEntry(NAME, TITLE, TEXT, table, figures),))


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
