"""Figure 9: ROC curves of each single view and of MMDL with all nine, in the external cohort."""

from radiogene.experiments.cell import Cell
from radiogene.experiments.drawn_figure import drawn_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.roc_lines import roc_panel
from radiogene.experiments.rows import mmdl
from radiogene.experiments.table_plan import EXTERNAL
from radiogene.experiments.view_choice import single_view_cells
from radiogene.report.figures.roc_panels import roc_panels_figure

NAME = "figure9"
TITLE = "ROC curves of single views and of all nine, in the external cohort"

CAPTION = (
    "External patients. Each thin curve: a network that was trained on one view alone; thick: MMDL with all nine "
    "views. Legend: AUC with DeLong's 95% interval; shaded: pointwise 95% band of MMDL."
)


def _rows(settings: ExperimentSettings) -> tuple[tuple[str, Cell], ...]:
    return (*single_view_cells(settings).items(), ("all nine views", mmdl(settings)))


def cells(settings: ExperimentSettings, done: Done) -> list[Cell]:
    """The cells that it needs: the single views, and MMDL."""
    return [cell for _, cell in _rows(settings)]


def show(evidence: Evidence) -> Shown:
    """A panel per gene."""
    drawn = [roc_panel(evidence, gene, gene, _rows(evidence.settings), EXTERNAL) for gene in GENES]
    figure = drawn_figure(
        NAME,
        TITLE,
        CAPTION,
        "Two panels of ROC curves, one per gene: nine single views and all nine together.",
        roc_panels_figure([panel for panel, _ in drawn], evidence.external.synthetic),
    )
    return Shown(figures=(figure,), missing=tuple(reason for _, missing in drawn for reason in missing))


EXPERIMENT = Experiment(NAME, TITLE, cells, show)
