"""Decision curves in the external cohort: what calling by a model is worth against calling all or none."""

from radiogene.evaluation.decision_curve import decision_curve
from radiogene.experiments.drawn_figure import drawn_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.supplement.main_systems import main_figures, main_fits, main_missing, main_notes
from radiogene.report.evidence.evidence_report import SupplementEntry
from radiogene.report.figures.decision_curves import DecisionCurveLine, DecisionPanel, decision_curves_figure

NAME = "decision-curves"
TITLE = "Decision curves in the external cohort"

TEXT = (
    "Net benefit: the share of true mutants called, less the share of false ones weighed by the odds of the threshold "
    "probability. A model is of use where it lies above calling everybody and above calling nobody (0).",
)
CAPTION = "External patients; shaded: pointwise 95% bands of a bootstrap of patients."


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fits that it needs."""
    return list(main_fits(settings).values())


def show(evidence: Evidence) -> Shown:
    """A panel per gene."""
    panels: dict[str, DecisionPanel] = {}
    for of_system in main_figures(evidence):
        curve = decision_curve(of_system.figures.labels, of_system.figures.probabilities)
        if curve.reason:
            continue
        highlighted = of_system.title == "MMDL"
        band = (curve.band.low, curve.band.high) if highlighted and curve.band is not None else None
        line = DecisionCurveLine(of_system.title, curve.net_benefit, band, highlighted)
        panel = panels.get(of_system.gene)
        lines = (line,) if panel is None else (*panel.lines, line)
        # Systems that lack some patients have another line of "all"; that of the first, with most patients, is drawn.
        treat_all = curve.treat_all if panel is None else panel.treat_all
        panels[of_system.gene] = DecisionPanel(curve.thresholds, treat_all, lines)
    if not panels:
        return Shown(missing=main_missing(evidence))
    alt = "Net benefit against threshold probability, per gene, of three systems, all and none."
    figure = drawn_figure(
        NAME, "Net benefit", CAPTION, alt, decision_curves_figure(panels, evidence.external.synthetic)
    )
    return Shown(supplement=(SupplementEntry(NAME, TITLE, (*TEXT, *main_notes(evidence)), None, (figure,)),))


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
