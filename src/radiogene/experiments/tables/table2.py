"""Table 2: MMDL, the clinical and the radiomics model in the training cohort."""

from radiogene.experiments.experiment import Done
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.table_plan import TRAINING, TablePlan, table_experiment
from radiogene.experiments.tables.traditional import traditional_plan

NAME = "table2"
TITLE = "MMDL, the clinical and the radiomics model in the training cohort"


def plan(settings: ExperimentSettings, done: Done) -> TablePlan:
    """The rows."""
    return traditional_plan(NAME, TITLE, settings, TRAINING)


EXPERIMENT = table_experiment(NAME, TITLE, plan, "segments for the radiomics row; the column stage")
