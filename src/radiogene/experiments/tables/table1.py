"""Table 1: who is in the cohorts."""

from dataclasses import replace

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import patient_labels
from radiogene.cohort.table_one.table_one import CohortColumn, table_one
from radiogene.experiments.experiment import Done, Evidence, Experiment, Shown
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit

NAME = "table1"
TITLE = "Patients of both cohorts"


def fits(settings: ExperimentSettings, done: Done) -> list[PlannedFit]:
    """None: it needs no fit."""
    return []


def show(evidence: Evidence) -> Shown:
    """The table, the paper's columns beside ours."""
    columns = [_column("Training", evidence.training), _column("External", evidence.external)]
    return Shown(table_one=table_one(columns))


def _column(name: str, cohort: PreparedCohort) -> CohortColumn:
    """The cohort with every gene's label, unknown where its table has no such column."""
    labels = patient_labels(cohort.rows, GENES)
    return CohortColumn(name, tuple(replace(row, labels=labels[row.patient_id]) for row in cohort.patients))


EXPERIMENT = Experiment(NAME, TITLE, fits, show)
