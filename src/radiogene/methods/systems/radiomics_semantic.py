"""Row E of Table 6: radiomic and semantic features, as Rios Velazquez et al. (Cancer Res 77:3922, 2017) join them."""

from radiogene.methods.table_columns import SEMANTIC_COLUMNS
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.tabular_entry import tabular_entry

# DEVIATION: the paper names the row's features and no learner; they go the way of the radiomics model of Table 2.
METHOD = tabular_entry(
    name="radiomics-semantic",
    title="Radiomics and semantic features",
    plan=TabularPlan(Learner.FOREST_AFTER_ELIMINATION, radiomics=True, semantic=SEMANTIC_COLUMNS),
    source="Table 6, E (reference 10)",
)
