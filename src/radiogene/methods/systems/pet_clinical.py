"""Row J of Table 6: SUVmax and clinical values in a multivariable logistic regression, as Guan et al. (2016)."""

from radiogene.methods.table_columns import CLINICAL_COLUMNS
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.tabular_entry import tabular_entry

METHOD = tabular_entry(
    name="pet-clinical",
    title="SUVmax and clinical features",
    plan=TabularPlan(Learner.LOGISTIC, clinical=CLINICAL_COLUMNS, suv=True),
    source="Discussion of method J; Table 6, J (reference 14)",
)
