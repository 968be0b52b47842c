"""A cohort table read for its patients alone: scans and nodules may be missing."""

from collections.abc import Sequence

from radiogene.cohort.row import PatientRow, by_patient
from radiogene.cohort.table.columns import columns_meant, header_problems, known_columns
from radiogene.cohort.table.consistency import contradiction_problems, shared_values
from radiogene.cohort.table.delimited_text import read_delimited_text
from radiogene.cohort.table.problem import CohortTableError, Problem
from radiogene.cohort.table.row_reader import RowReader, folder_of
from radiogene.storage.place import Place, place_of

SCAN_COLUMNS = frozenset({"ct", "nodule"})


def read_patients(path: str | Place, genes: Sequence[str]) -> tuple[PatientRow, ...]:
    """The patients of a table, each once, with the values that its rows share.

    Args:
        path: a table with the column `patient_id` and any of a cohort table's others.
        genes: the gene columns to read.

    Raises:
        CohortTableError: listing every problem of the table.
    """
    return tuple(of_patient[0] for of_patient in by_patient(read_patient_rows(path, genes)).values())


def names_scans(path: str | Place, genes: Sequence[str]) -> bool:
    """True where a table has a column for scans or nodules, whatever is in it.

    Args:
        path: a table.
        genes: the gene columns.

    Raises:
        CohortTableError: it cannot be read as a table.
    """
    header = read_delimited_text(place_of(path), str(path), known_columns(genes)).header.cells
    return not SCAN_COLUMNS.isdisjoint(columns_meant(header, genes))


def read_patient_rows(
    path: str | Place, genes: Sequence[str], *, several_nodules: bool = False
) -> tuple[PatientRow, ...]:
    """The patients of every line of a table, with the values that the lines of one patient share.

    Args:
        path: a table with the column `patient_id` and any of a cohort table's others.
        genes: the gene columns to read.
        several_nodules: refuse a patient on two lines of a table that has no column `nodule`: nothing says what the
            second line is of.

    Raises:
        CohortTableError: listing every problem of the table.
    """
    path = place_of(path)
    file = str(path)
    text = read_delimited_text(path, file, known_columns(genes))
    problems = header_problems(file, text.header.cells, text.header.line, genes, required=("patient_id",))
    if not text.records:
        problems.append(Problem(file, None, None, "a header and no row", "one line per patient"))
    reader = RowReader(file, folder_of(path), genes, check_files=False)
    rows = reader.patients(text)
    problems += reader.problems
    problems += contradiction_problems(file, rows, genes)
    if several_nodules and "nodule" not in text.header.cells:
        problems += _repeated_patients(file, rows)
    if problems:
        raise CohortTableError(sorted(problems, key=lambda problem: problem.row or 0))
    return shared_values(rows, genes)


def _repeated_patients(file: str, rows: Sequence[PatientRow]) -> list[Problem]:
    """The lines whose patient an earlier line has."""
    wanted = "each patient once (a table with a column nodule has a line for each nodule)"
    return [
        Problem(
            file, row.row_number, "patient_id", f"{row.patient_id!r}, as on line {of_patient[0].row_number}", wanted
        )
        for of_patient in by_patient(rows).values()
        for row in of_patient[1:]
    ]
