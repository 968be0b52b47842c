"""How much each view counts in MMDL's decision."""

from radiogene.experiments.drawn_figure import drawn_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.rows import mmdl
from radiogene.model.nine_view_model import read_nine_view_model
from radiogene.report.evidence.evidence_report import SupplementEntry
from radiogene.report.figures.view_weights import ViewWeights, view_weights_figure

NAME = "view-weights"
TITLE = "Weights of the views"
TEXT = (
    "The weight of a view is its share, over the training patients, of what moves the fused logit; the weights of a "
    "gene sum to 1 (the paper's adaptive weighting, Eq. 7 and 8).",
)
CAPTION = "MMDL with all views: the mean over its trained networks, those of the folds too, and a point for each."


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fit that it needs."""
    return [mmdl(settings)]


def show(evidence: Evidence) -> Shown:
    """A panel per gene."""
    fit = mmdl(evidence.settings)
    result = evidence.result(fit)
    if result is None:
        return Shown(missing=(f"{TITLE}: {evidence.why_not(fit)}",))
    facts = read_nine_view_model(evidence.out / result.model).facts
    weights = {gene: ViewWeights(facts.view_names, facts.view_weights_of_fits[gene]) for gene in facts.genes}
    alt = "Bars of the views' weights, per gene."
    figure = drawn_figure(
        NAME,
        "Share of each view in the decision",
        CAPTION,
        alt,
        view_weights_figure(weights, evidence.training.synthetic),
    )
    return Shown(supplement=(SupplementEntry(NAME, TITLE, TEXT, None, (figure,)),))


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
