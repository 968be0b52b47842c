"""Table 7: MMDL with and without clinical values, in the training cohort."""

from radiogene.experiments.experiment import Done
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.table_plan import TRAINING, TablePlan, table_experiment
from radiogene.experiments.tables.clinical_factors import factor_plan

NAME = "table7"
TITLE = "MMDL with and without clinical values, in the training cohort"


def plan(settings: ExperimentSettings, done: Done) -> TablePlan:
    """The rows."""
    return factor_plan(NAME, TITLE, settings, TRAINING)


EXPERIMENT = table_experiment(NAME, TITLE, plan)
