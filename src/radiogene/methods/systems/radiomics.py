"""The radiomics model of Tables 2 and 3."""

from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.tabular_entry import tabular_entry

METHOD = tabular_entry(
    name="radiomics",
    title="Radiomics model",
    plan=TabularPlan(Learner.FOREST_AFTER_ELIMINATION, radiomics=True),
    source="Results, comparison with traditional methods; Tables 2 and 3, radiomics model",
)
