"""The clinical model of Tables 2 and 3."""

from radiogene.methods.table_columns import CLINICAL_COLUMNS
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.tabular_entry import tabular_entry

METHOD = tabular_entry(
    name="clinical",
    title="Clinical model",
    plan=TabularPlan(Learner.FOREST, clinical=CLINICAL_COLUMNS),
    source="Results, comparison with traditional methods; Tables 2 and 3, clinical model",
)
