"""Row G of Table 6: radiomic and clinical features in a logistic regression (Li S et al., Med Phys 46:4545, 2019)."""

from radiogene.methods.table_columns import CLINICAL_COLUMNS
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.tabular_entry import tabular_entry

# DEVIATION: the paper names a logistic regression and no selection before it; a thousand features of a few dozen
# patients need one, so they go through recursive feature elimination, clinical ones among them.
METHOD = tabular_entry(
    name="radiomics-clinical",
    title="Radiomics and clinical features",
    plan=TabularPlan(Learner.LOGISTIC_AFTER_ELIMINATION, radiomics=True, clinical=CLINICAL_COLUMNS),
    source="Introduction; Table 6, G (reference 21)",
)
