"""Every system's external AUC in one picture."""

from radiogene.experiments.cell import Cell
from radiogene.experiments.drawn_figure import drawn_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.row_measures import external_figures
from radiogene.experiments.rows import BACKBONES, mmdl, system
from radiogene.experiments.supplement.main_systems import main_cells
from radiogene.experiments.tables.table6 import SYSTEMS
from radiogene.methods.registry import method_named
from radiogene.report.evidence.evidence_report import SupplementEntry
from radiogene.report.figures.forest_plot import ForestRow, forest_figure

NAME = "all-systems"
TITLE = "Every system in the external cohort"
TEXT = ("The figures of Tables 3, 4 (multi-task) and 6 side by side; the tests of differences stand in the tables.",)
CAPTION = (
    "External AUC with DeLong's 95% interval; systems that need a segment, slides or SUVmax rest on fewer patients."
)


def _cells(settings: ExperimentSettings) -> dict[str, Cell]:
    others = [*BACKBONES, *(name for _, name in SYSTEMS)]
    return main_cells(settings) | {method_named(name).title: system(settings, name) for name in others}


def cells(settings: ExperimentSettings, done: Done) -> list[Cell]:
    """The cells that it needs."""
    return list(_cells(settings).values())


def show(evidence: Evidence) -> Shown:
    """A panel per gene."""
    genes: dict[str, list[ForestRow]] = {}
    for title, cell in _cells(evidence.settings).items():
        result = evidence.result(cell)
        for gene in GENES if result is not None else ():
            area = external_figures(result, gene).measures["auc"] if result is not None else None
            if area is not None:
                row = ForestRow(title, area, highlighted=cell == mmdl(evidence.settings))
                genes.setdefault(gene, []).append(row)
    if not genes:
        return Shown(missing=(f"{TITLE}: no system has a result",))
    alt = "AUC of every system with its interval, per gene."
    figure = drawn_figure(
        NAME, "External AUC of every system", CAPTION, alt, forest_figure(genes, evidence.external.synthetic)
    )
    return Shown(supplement=(SupplementEntry(NAME, TITLE, TEXT, None, (figure,)),))


EXPERIMENT = Experiment(NAME, TITLE, cells, show)
