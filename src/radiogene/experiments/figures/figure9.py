"""Figure 9: ROC curves of each single view and of MMDL with all of them, in the external cohort."""

from radiogene.experiments.drawn_figure import drawn_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.roc_lines import roc_panel
from radiogene.experiments.rows import mmdl
from radiogene.experiments.table_plan import EXTERNAL
from radiogene.experiments.view_choice import single_view_fits
from radiogene.report.figures.roc_panels import roc_panels_figure

NAME = "figure9"
TITLE = "ROC curves of single views and of all together, in the external cohort"

CAPTION = (
    "External patients. Each thin curve: a network that was trained on one view alone; thick: MMDL with all "
    "views. Legend: AUC with its 95% interval; shaded: pointwise 95% band of MMDL."
)


def _rows(settings: ExperimentSettings) -> tuple[tuple[str, PlannedFit], ...]:
    return (*single_view_fits(settings).items(), ("all views", mmdl(settings)))


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fits that it needs: the single views, and MMDL."""
    return [fit for _, fit in _rows(settings)]


def show(evidence: Evidence) -> Shown:
    """A panel per gene."""
    drawn = [roc_panel(evidence, gene, gene, _rows(evidence.settings), EXTERNAL) for gene in GENES]
    figure = drawn_figure(
        NAME,
        TITLE,
        CAPTION,
        "Two panels of ROC curves, one per gene: nine single views and all together.",
        roc_panels_figure([panel for panel, _ in drawn], evidence.external.synthetic),
    )
    return Shown(figures=(figure,), missing=tuple(reason for _, missing in drawn for reason in missing))


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
