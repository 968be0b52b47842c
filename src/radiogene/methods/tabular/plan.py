"""What distinguishes one tabular system from another, and its entry; light, so that listing systems costs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from radiogene.methods.method import FitFolders, MethodEntry, Need
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.tabular.learner import Learner

if TYPE_CHECKING:
    from radiogene.methods.tabular.tabular_method import TabularMethod

CLINICAL_COLUMNS = ("age", "sex", "smoking", "stage")
"""Paper, Results: "age, gender, smoking status, and tumor stage"."""

SEMANTIC_COLUMNS = ("texture", "margin", "pleural_attachment", "emphysema", "lobe", "longest_diameter_mm")
"""What a radiologist writes down of the nodule, as columns of the cohort table."""

SUV_COLUMN = "SUVmax"


@dataclass(frozen=True)
class TabularPlan:
    """Which numbers a system reads, and what learns from them.

    Attributes:
        learner: from the numbers.
        radiomics: radiomic features of the segment.
        clinical: clinical columns; a user may name others.
        semantic: semantic columns.
        suv: the column SUVmax.
    """

    learner: Learner
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
    return MethodEntry(
        name=name,
        title=title,
        needs=plan.needs,
        columns=plan.columns(),
        learner=plan.learner.value,
        source=source,
        make=partial(_make, plan),
        load=partial(_load, plan),
        extra="radiomics" if plan.radiomics else "",
    )


def _make(plan: TabularPlan, settings: MethodSettings, folders: FitFolders) -> "TabularMethod":
    from radiogene.methods.tabular.tabular_method import TabularMethod

    return TabularMethod(plan, settings, folders)


def _load(plan: TabularPlan, folder: Path) -> "TabularMethod":
    from radiogene.methods.tabular.saved_system import read_system

    return read_system(plan, folder)
