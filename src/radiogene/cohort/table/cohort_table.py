"""The cohort table: reading it, and everything that is wrong with it in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from radiogene.cohort.row import CohortRow, by_patient, patient_labels
from radiogene.cohort.table.columns import FURTHER_COLUMNS, columns_meant, header_problems, known_columns
from radiogene.cohort.table.consistency import consistency_problems, shared_values
from radiogene.cohort.table.delimited_text import read_delimited_text
from radiogene.cohort.table.problem import CohortTableError, Problem
from radiogene.cohort.table.row_reader import RowReader, folder_of
from radiogene.errors import CohortError
from radiogene.storage.place import Place, place_of

DEFAULT_GENES = ("EGFR", "KRAS")


@dataclass(frozen=True)
class Cohort:
    """The rows of a table that passed every check.

    Attributes:
        path: the table.
        genes: the genes whose labels the rows hold.
        rows: one per nodule, in the order of the table.
        extra_columns: the names of all further columns.
    """

    path: Place
    genes: tuple[str, ...]
    rows: tuple[CohortRow, ...]
    extra_columns: tuple[str, ...] = ()

    def with_columns(self, names: Sequence[str] | None) -> "Cohort":
        """The cohort with further columns of these names alone.

        Args:
            names: as the table has them; None for those that this package knows.

        Raises:
            CohortError: the table has no such column.
        """
        if absent := [name for name in names or () if name not in (*self.extra_columns, *known_columns(self.genes))]:
            raise CohortError(
                f"{self.path.name} has no column {', '.join(map(repr, absent))}; found the further columns "
                f"{list(self.extra_columns)} (`columns`)."
            )
        wanted = FURTHER_COLUMNS if names is None else tuple(names)
        rows = (
            replace(row, extra={name: text for name, text in row.extra.items() if name in wanted}) for row in self.rows
        )
        return replace(self, rows=tuple(rows), extra_columns=tuple(n for n in self.extra_columns if n in wanted))

    @property
    def by_patient(self) -> dict[str, tuple[CohortRow, ...]]:
        """The rows of each patient, patients in order of first appearance."""
        return by_patient(self.rows)

    @property
    def patient_labels(self) -> dict[str, dict[str, int | None]]:
        """Each patient's label per gene: 1 mutant, 0 wild type, None unknown."""
        return patient_labels(self.rows, self.genes)

    @property
    def is_synthetic(self) -> bool:
        """True where the table says of any patient that it is synthetic."""
        return any(row.synthetic for row in self.rows)


def read_cohort(path: str | Place, *, genes: Sequence[str] = DEFAULT_GENES, check_files: bool = True) -> Cohort:
    """The cohort that the table describes.

    Cells are taken without the blanks around them; identifiers keep their zeros. Empty and words such as `unknown`,
    `NA`, `N/A` and `not collected` mean unknown, except in `patient_id`, `ct`, `nodule`, `segment` and further columns,
    which are kept as written.

    Args:
        path: a CSV file (comma, semicolon or tab; UTF-8); its folder is what relative paths are relative to. Of a table
            on object storage all paths are absolute, of this machine.
        genes: the gene columns to read; one that the table lacks is unknown for everybody.
        check_files: False leaves absent scans and nodule files to be refused when they are opened.

    Raises:
        CohortTableError: listing every problem of the table; a `CohortError`.
        StorageError: object storage cannot be used.
    """
    cohort, problems = _read(place_of(path), genes, check_files)
    if problems:
        raise CohortTableError(problems)
    return cohort


def check_cohort(path: str | Place, *, genes: Sequence[str] = DEFAULT_GENES, check_files: bool = True) -> list[Problem]:
    """Everything that is wrong with the table, in the order of its lines; empty where it can be used.

    Args:
        path: as for `read_cohort`.
        genes: as for `read_cohort`.
        check_files: as for `read_cohort`.
    """
    try:
        return _read(place_of(path), genes, check_files)[1]
    except CohortTableError as error:
        return list(error.problems)


def _read(path: Place, genes: Sequence[str], check_files: bool) -> tuple[Cohort, list[Problem]]:
    """The rows that can be read, and all problems."""
    if len(set(genes)) != len(genes) or set(genes) & set(known_columns(())):
        raise CohortError(f"Found the genes {list(genes)}; wanted different names, none of them another column's.")
    file = str(path)
    text = read_delimited_text(path, file, known_columns(genes))
    problems = header_problems(file, text.header.cells, text.header.line, genes)
    if not text.records:
        problems.append(Problem(file, None, None, "a header and no row", "one line per nodule"))
    header = columns_meant(text.header.cells, genes)
    text = replace(text, header=replace(text.header, cells=header))
    reader = RowReader(file, folder_of(path), genes, check_files)
    rows = reader.rows(text)
    problems += reader.problems
    problems += consistency_problems(file, rows, genes)
    problems.sort(key=lambda problem: problem.row or 0)
    known = set(known_columns(genes))
    extra = tuple(name for name in text.header.cells if name not in known and name.strip())
    return Cohort(path, tuple(genes), shared_values(rows, genes), extra), problems
