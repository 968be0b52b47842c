"""What distinguishes one tabular system from another."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiogene.methods.method import Need
from radiogene.methods.table_columns import SUV_COLUMN
from radiogene.methods.tabular.learner import Learner


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
