"""Row H of Table 6: radiomic features selected by the lasso, as Zhang et al. (Transl Oncol 11:94, 2018) select them."""

from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.tabular_entry import tabular_entry

# DEVIATION: the paper names the row's features only; its source fits a logistic regression with the lasso, whose
# penalty is chosen here by cross-validation inside each training part.
METHOD = tabular_entry(
    name="radiomics-selected",
    title="Radiomics, lasso",
    plan=TabularPlan(Learner.LASSO, radiomics=True),
    source="Table 6, H (reference 12)",
)
