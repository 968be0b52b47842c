"""Table 7: MMDL with and without clinical values, in the training cohort."""

from radiogene.experiments.cell import Cell
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.table_plan import TRAINING, TablePlan, build_table
from radiogene.experiments.tables.clinical_factors import factor_plan

NAME = "table7"
TITLE = "MMDL with and without clinical values, in the training cohort"


def plan(settings: ExperimentSettings) -> TablePlan:
    """The rows."""
    return factor_plan(NAME, TITLE, settings, TRAINING)


def cells(settings: ExperimentSettings, done: Done) -> list[Cell]:
    """The cells that it needs."""
    return plan(settings).cells


def show(evidence: Evidence) -> Shown:
    """The table."""
    return Shown(tables=(build_table(plan(evidence.settings), evidence),))


EXPERIMENT = Experiment(NAME, TITLE, cells, show)
