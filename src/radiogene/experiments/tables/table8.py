"""Table 8: MMDL with and without clinical values, in the external cohort."""

from radiogene.experiments.experiment import Done
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.table_plan import EXTERNAL, TablePlan, table_experiment
from radiogene.experiments.tables.clinical_factors import factor_plan

NAME = "table8"
TITLE = "MMDL with and without clinical values, in the external cohort"


def plan(settings: ExperimentSettings, done: Done) -> TablePlan:
    """The rows."""
    return factor_plan(NAME, TITLE, settings, EXTERNAL)


EXPERIMENT = table_experiment(NAME, TITLE, plan)
