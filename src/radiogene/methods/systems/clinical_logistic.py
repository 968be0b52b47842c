"""Row F of Table 6: clinical features, as the table prints it; the title of its source (Liu et al.) is radiomic."""

from radiogene.methods.table_columns import CLINICAL_COLUMNS
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.tabular_entry import tabular_entry

# DEVIATION: the paper names the row's features and no learner; clinical values alone are read by logistic regression.
METHOD = tabular_entry(
    name="clinical-logistic",
    title="Clinical features",
    plan=TabularPlan(Learner.LOGISTIC, clinical=CLINICAL_COLUMNS),
    source="Table 6, F (reference 9)",
)
