"""Figure 6: ROC curves of the six networks in the training cohort, single-task and multi-task."""

from radiogene.experiments.drawn_figure import drawn_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.roc_lines import roc_panel
from radiogene.experiments.table_plan import TRAINING
from radiogene.experiments.tables.table4 import network_rows
from radiogene.report.figures.roc_panels import roc_panels_figure

NAME = "figure6"
TITLE = "ROC curves of six networks in the training cohort"

CAPTION = (
    "Training patients by models that had not seen them: {rests_on}. A and B: networks trained on one gene; C and D: "
    "on both. Legend: the area under the curve; shaded: pointwise 95% band of MMDL, conditional on the fitted models."
)


def _panels(settings: ExperimentSettings) -> list[tuple[str, str, tuple[tuple[str, PlannedFit], ...]]]:
    """Title, gene and fits of the four panels."""
    single = [(f"{gene}, single-task", gene, network_rows(settings, (gene,))) for gene in GENES]
    return single + [(f"{gene}, multi-task", gene, network_rows(settings, GENES)) for gene in GENES]


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fits that it needs: those of Table 4."""
    return [fit for _, _, rows in _panels(settings) for _, fit in rows]


def show(evidence: Evidence) -> Shown:
    """The four panels."""
    drawn = [roc_panel(evidence, title, gene, rows, TRAINING) for title, gene, rows in _panels(evidence.settings)]
    rests_on = "out of fold" if evidence.settings.network_folds else "a held-out part, which also ended the training"
    figure = drawn_figure(
        NAME,
        TITLE,
        CAPTION.format(rests_on=rests_on),
        "Four panels of ROC curves, MMDL and five other networks, EGFR and KRAS, single-task and multi-task.",
        roc_panels_figure([panel for panel, _ in drawn], evidence.training.synthetic),
    )
    return Shown(figures=(figure,), missing=tuple(reason for _, missing in drawn for reason in missing))


EXPERIMENT = Experiment(NAME, TITLE, fits, show, needs="the extra `backbones`")
