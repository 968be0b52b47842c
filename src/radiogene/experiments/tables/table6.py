"""Table 6: other kinds of method, each run on the same patients."""

from radiogene.experiments.experiment import Done
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.rows import mmdl, system
from radiogene.experiments.table_plan import EXTERNAL, BlockPlan, RowPlan, TablePlan, table_experiment
from radiogene.methods.registry import method_named
from radiogene.report.evidence.evidence_table import COLUMNS
from radiogene.report.paper.other_methods import C_WITHOUT_CLINICAL
from radiogene.report.paper.other_methods import MMDL as OURS

NAME = "table6"
TITLE = "Other kinds of method on the same patients, in the external cohort"

SYSTEMS = (
    ("A", "slides"),
    ("B", "densenet-2d"),
    ("C", "cnn-3d"),
    ("C", "cnn-3d-clinical"),
    ("D", "multilevel-residual"),
    ("E", "radiomics-semantic"),
    ("F", "clinical-logistic"),
    ("G", "radiomics-clinical"),
    ("H", "radiomics-selected"),
    ("I", "semantic-tree"),
    ("J", "pet-clinical"),
)
"""The paper's letters with our systems."""

OTHER_PATIENTS = (
    "The paper's column holds what each study reports on its own patients; figures on different patients are not "
    "comparable. Ours are the same kind of method, built anew, on the patients of this experiment."
)


def plan(settings: ExperimentSettings, done: Done) -> TablePlan:
    """The rows A to J and ours; the paper has figures for EGFR only."""
    blocks = []
    for gene in GENES:
        rows = [_row(settings, gene, letter, name) for letter, name in SYSTEMS]
        rows.append(RowPlan("MMDL", mmdl(settings), OURS))
        blocks.append(BlockPlan(gene, gene, tuple(rows), mmdl(settings)))
    return TablePlan(NAME, TITLE, tuple(COLUMNS), tuple(blocks), EXTERNAL, (OTHER_PATIENTS,))


def _row(settings: ExperimentSettings, gene: str, letter: str, name: str) -> RowPlan:
    label, fit = f"{letter}: {method_named(name).title}", system(settings, name)
    if name == "cnn-3d":
        return RowPlan(label, fit, paper=C_WITHOUT_CLINICAL if gene == "EGFR" else {})
    return RowPlan(label, fit, letter)


NEEDS = "rows A, E, I, J: slide tiles, semantic columns, the column SUVmax; rows D, E, G, H: segments"

EXPERIMENT = table_experiment(NAME, TITLE, plan, NEEDS)
