"""Where a cohort lies: stores of cubes, or tables without images."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.joined_stores import open_stores
from radiogene.cohort.table.cohort_table import DEFAULT_GENES
from radiogene.cohort.table.table_cohort import CohortTables
from radiogene.storage.place import Place


@dataclass(frozen=True)
class CohortPlace:
    """Where a cohort lies; a worker process opens it for itself.

    Attributes:
        stores: that `radiogene prepare` filled, here or on object storage; several are one cohort.
        files: folder that the column `slides` starts from; None leaves slides out.
        tables: cohort tables in place of stores: patients without images.
    """

    stores: tuple[Place, ...]
    files: Path | None = None
    tables: tuple[Place, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """Everything that has to be there."""
        return (*self.stores, *self.tables)

    def opened(self, genes: Sequence[str] = DEFAULT_GENES) -> PreparedCohort:
        """All patients.

        Args:
            genes: columns of the tables that are genes; a store has its own.
        """
        source = CohortTables(self.tables).source(genes) if self.tables else open_stores(self.stores)
        return PreparedCohort.of(source, self.files)
