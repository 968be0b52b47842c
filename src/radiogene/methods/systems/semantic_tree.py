"""Row I of Table 6: a decision tree on what a radiologist writes down, as Gevaert et al. (Sci Rep 7:41674, 2017)."""

from radiogene.methods.table_columns import SEMANTIC_COLUMNS
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.tabular_entry import tabular_entry

# DEVIATION: six semantic columns in place of the dozens of its source, at least 5 patients per leaf and at most 4
# questions in a row; how many is chosen by cross-validation inside each training part.
METHOD = tabular_entry(
    name="semantic-tree",
    title="Semantic features, decision tree",
    plan=TabularPlan(Learner.TREE, semantic=SEMANTIC_COLUMNS),
    source="Discussion of method I; Table 6, I (reference 20)",
)
