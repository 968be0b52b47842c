"""Table 5: combinations of the four best single views, in the external cohort."""

from typing import Literal

from radiogene.experiments.experiment import Done
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.rows import mmdl
from radiogene.experiments.table_plan import EXTERNAL, BlockPlan, RowPlan, TablePlan, table_experiment
from radiogene.experiments.view_choice import BEST_VIEWS, best_views, combination_fits, single_view_fits
from radiogene.report.evidence.evidence_table import COLUMNS
from radiogene.report.paper.view_combinations import ALL_VIEWS, TABLE_5

NAME = "table5"
TITLE = "Combinations of views, in the external cohort"
FUSIONS: tuple[tuple[str, Literal["stacked", "equal", "best view"]], ...] = (
    ("All views, plain average", "equal"),
    ("Best single view of the validation patients", "best view"),
    ("All views, stacking", "stacked"),
)
"""What stands in for the adaptive fusion; everything before it is trained alike."""

NO_KEY = "the paper numbers its views and prints no key to the numbers"


def plan(settings: ExperimentSettings, done: Done) -> TablePlan:
    """Our rows as far as the best views are known, then the paper's in blocks of their own."""
    blocks = []
    for gene in GENES:
        single = [RowPlan(view, fit) for view, fit in single_view_fits(settings).items()]
        combined = [
            RowPlan(" + ".join(views), fit)
            for views, fit in combination_fits(settings, best_views(settings, done)).items()
        ]
        fused = [RowPlan(label, mmdl(settings, fusion=start)) for label, start in FUSIONS]
        rows = (*single, *combined, *fused, RowPlan("MMDL: all views, adaptive", mmdl(settings), ALL_VIEWS))
        blocks.append(BlockPlan(gene, gene, rows, mmdl(settings)))
    for gene in GENES:
        printed = [row for of, row in TABLE_5.rows if of == gene and row != ALL_VIEWS]
        rows = tuple(RowPlan(f"Views {row}", None, row, reason=NO_KEY) for row in printed)
        blocks.append(BlockPlan(f"{gene} (the paper's combinations)", gene, rows, mmdl(settings)))
    note = (
        f"Combined views: the {BEST_VIEWS} with the highest AUC, mean of both genes, for training patients whom the "
        "single views' networks had not seen."
    )
    return TablePlan(NAME, TITLE, tuple(COLUMNS), tuple(blocks), EXTERNAL, (note,))


EXPERIMENT = table_experiment(NAME, TITLE, plan)
