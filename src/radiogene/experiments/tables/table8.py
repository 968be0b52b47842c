"""Table 8: MMDL with and without clinical values, in the external cohort."""

from radiogene.experiments.cell import Cell
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.table_plan import EXTERNAL, TablePlan, build_table
from radiogene.experiments.tables.clinical_factors import factor_plan

NAME = "table8"
TITLE = "MMDL with and without clinical values, in the external cohort"


def plan(settings: ExperimentSettings) -> TablePlan:
    """The rows."""
    return factor_plan(NAME, TITLE, settings, EXTERNAL)


def cells(settings: ExperimentSettings, done: Done) -> list[Cell]:
    """The cells that it needs."""
    return plan(settings).cells


def show(evidence: Evidence) -> Shown:
    """The table."""
    return Shown(tables=(build_table(plan(evidence.settings), evidence),))


EXPERIMENT = Experiment(NAME, TITLE, cells, show)
