"""The entry of a tabular system; it loads no scikit-learn before something is made or loaded."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from radiogene.methods.method import FitContext, MethodEntry
from radiogene.methods.method_settings import EliminationSettings, MethodSettings
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.plan import TabularPlan

if TYPE_CHECKING:
    from radiogene.methods.tabular.tabular_method import TabularMethod
    from radiogene.model.engines.engine_choice import EngineChoice
    from radiogene.model.model_folder import ModelFolder


def tabular_entry(name: str, title: str, plan: TabularPlan, source: str) -> MethodEntry:
    """The entry of a tabular system.

    Args:
        name: under which it is chosen.
        title: of its row in a table.
        plan: what it reads and what learns from it.
        source: section, table and row of the paper.
    """
    selects = plan.learner in (Learner.FOREST_AFTER_ELIMINATION, Learner.LOGISTIC_AFTER_ELIMINATION)
    named = replace(plan, name=name)
    return MethodEntry(
        name=name,
        title=title,
        needs=plan.needs,
        columns=plan.columns(),
        learner=plan.learner.value,
        source=source,
        settings=EliminationSettings if selects else MethodSettings,
        make=partial(_make, named),
        load=partial(_load, named),
        extra="radiomics" if plan.radiomics else "",
    )


def _make(plan: TabularPlan, settings: MethodSettings, context: FitContext) -> "TabularMethod":
    from radiogene.methods.tabular.tabular_method import TabularMethod

    return TabularMethod(plan, settings, context)


def _load(plan: TabularPlan, folder: "ModelFolder", choice: "EngineChoice") -> "TabularMethod":
    from radiogene.methods.tabular.tabular_method import TabularMethod

    return TabularMethod.load(plan, folder)
