"""What distinguishes one tabular system from another, and its entry; light, so that listing systems costs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from radiogene.methods.method import FitContext, MethodEntry, Need
from radiogene.methods.method_settings import EliminationSettings, MethodSettings
from radiogene.methods.table_columns import SUV_COLUMN
from radiogene.methods.tabular.learner import Learner

if TYPE_CHECKING:
    from radiogene.methods.tabular.tabular_method import TabularMethod
    from radiogene.model.engines.engine_choice import EngineChoice
    from radiogene.model.model_folder import ModelFolder


@dataclass(frozen=True)
class TabularPlan:
    """Which numbers a system reads, and what learns from them.

    Attributes:
        name: of the system.
        learner: from the numbers.
        radiomics: radiomic features of the segment.
        clinical: clinical columns; a user may name others.
        semantic: semantic columns.
        suv: the column SUVmax.
    """

    learner: Learner
    name: str = ""
    radiomics: bool = False
    clinical: tuple[str, ...] = ()
    semantic: tuple[str, ...] = ()
    suv: bool = False

    @property
    def needs(self) -> tuple[Need, ...]:
        """What it is given of a patient."""
        parts = {
            Need.SEGMENT: self.radiomics,
            Need.CLINICAL: bool(self.clinical),
            Need.SEMANTIC: bool(self.semantic),
            Need.SUV: self.suv,
        }
        return tuple(need for need, wanted in parts.items() if wanted)

    def columns(self, clinical: Sequence[str] | None = None) -> tuple[str, ...]:
        """The columns of the table that it reads.

        Args:
            clinical: in place of its own clinical columns, if it has any; None for its own.
        """
        own = tuple(clinical) if clinical is not None and self.clinical else self.clinical
        return (*own, *((SUV_COLUMN,) if self.suv else ()), *self.semantic)


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
