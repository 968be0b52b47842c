"""Figure 10: MMDL from a pretrained network against MMDL from scratch, in the external cohort."""

from radiogene.experiments.drawn_figure import drawn_figure, no_figure
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.rows import PAPERS_OWN, mmdl
from radiogene.experiments.table_plan import EXTERNAL, BlockPlan, RowPlan, TablePlan, build_table
from radiogene.report.evidence.evidence_table import COLUMNS
from radiogene.report.figures.pretraining_bars import StartMeasures, pretraining_bars_figure

NAME = "figure10"
TITLE = "MMDL from a pretrained network and from scratch, in the external cohort"
PRETRAINED, SCRATCH = "pretrained", "from scratch"
NO_NETWORK = "no pretrained network was given: `radiogene pretrain` makes one, --pretrained FOLDER gives it"

CAPTION = (
    "External patients; the same network, schedule and split from both starts. Whiskers: 95% intervals. The paper "
    "shows this comparison as an image and prints no numbers."
)


def _given(settings: ExperimentSettings) -> bool:
    return PAPERS_OWN in settings.pretrained


def plan(settings: ExperimentSettings) -> TablePlan:
    """The numbers behind the bars."""
    rows = (RowPlan(PRETRAINED, mmdl(settings)), RowPlan(SCRATCH, mmdl(settings, pretrained=False)))
    blocks = tuple(BlockPlan(gene, gene, rows, mmdl(settings)) for gene in GENES)
    return TablePlan(NAME, TITLE, tuple(COLUMNS), blocks, EXTERNAL)


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """The fits that it needs; none where no pretrained network is given."""
    return plan(settings).fits if _given(settings) else []


def show(evidence: Evidence) -> Shown:
    """The bars, and their numbers as a table."""
    if not _given(evidence.settings):
        return Shown(figures=(no_figure(NAME, TITLE, NO_NETWORK),))
    table = build_table(plan(evidence.settings), evidence)
    starts = [
        StartMeasures(label, {block.gene: block.rows[number].measures for block in table.blocks})
        for number, label in enumerate((PRETRAINED, SCRATCH))
    ]
    empty = [f"{block.gene}, {row.label}: {row.reason}" for block in table.blocks for row in block.rows if row.reason]
    if empty:
        return Shown(tables=(table,), figures=(no_figure(NAME, TITLE, "; ".join(empty)),))
    figure = pretraining_bars_figure(starts, evidence.external.synthetic)
    alt = "Bars of AUC, ACC, SEN and SPE, pretrained beside from scratch, per gene, with intervals."
    return Shown(tables=(table,), figures=(drawn_figure(NAME, TITLE, CAPTION, alt, figure),))


EXPERIMENT = Experiment(NAME, TITLE, fits, show, needs="--pretrained FOLDER")
