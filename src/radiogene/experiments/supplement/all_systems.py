"""Every system's external AUC in one image."""

from radiogene.cohort.few_events import FEWEST_EVENTS
from radiogene.experiments.drawn_figure import drawn_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.row_measures import external_figures
from radiogene.experiments.rows import BACKBONES, mmdl, system
from radiogene.experiments.supplement.main_systems import main_fits
from radiogene.experiments.tables.table6 import SYSTEMS
from radiogene.methods.registry import method_named
from radiogene.report.evidence.evidence_report import SupplementEntry
from radiogene.report.figures.forest_plot import ForestRow, forest_figure

NAME = "all-systems"
TITLE = "Every system in the external cohort"
TEXT = ("The figures of Tables 3, 4 (multi-task) and 6 side by side; the tests of differences stand in the tables.",)
CAPTION = (
    f"External AUC with its 95% interval, or a point alone below {FEWEST_EVENTS} mutants or wild types; systems that "
    "need a segment, slides or SUVmax rest on fewer patients."
)


def _fits(settings: ExperimentSettings) -> dict[str, PlannedFit]:
    others = [*BACKBONES, *(name for _, name in SYSTEMS)]
    return main_fits(settings) | {method_named(name).title: system(settings, name) for name in others}


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fits that it needs."""
    return list(_fits(settings).values())


def show(evidence: Evidence) -> Shown:
    """A panel per gene."""
    genes: dict[str, list[ForestRow]] = {}
    for title, fit in _fits(evidence.settings).items():
        result = evidence.result(fit)
        for gene in GENES if result is not None else ():
            area = external_figures(result, gene).measures["auc"] if result is not None else None
            if area is not None:
                row = ForestRow(title, area, highlighted=fit == mmdl(evidence.settings))
                genes.setdefault(gene, []).append(row)
    if not genes:
        return Shown(missing=(f"{TITLE}: no system has a result",))
    alt = "AUC of every system with its interval, per gene."
    figure = drawn_figure(
        NAME, "External AUC of every system", CAPTION, alt, forest_figure(genes, evidence.external.synthetic)
    )
    return Shown(supplement=(SupplementEntry(NAME, TITLE, TEXT, None, (figure,)),))


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
