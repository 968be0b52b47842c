"""A cohort table read for its patients alone: scans and nodules may be missing."""

from collections.abc import Sequence

from radiogene.cohort.row import PatientRow, by_patient
from radiogene.cohort.table.columns import header_problems, known_columns
from radiogene.cohort.table.consistency import contradiction_problems, shared_values
from radiogene.cohort.table.delimited_text import read_delimited_text
from radiogene.cohort.table.problem import CohortTableError, Problem
from radiogene.cohort.table.row_reader import RowReader, folder_of
from radiogene.storage.place import Place, place_of


def read_patients(path: str | Place, genes: Sequence[str]) -> tuple[PatientRow, ...]:
    """The patients of a table, each once, with the values that its rows share.

    Args:
        path: a table with the column `patient_id` and any of a cohort table's others.
        genes: the gene columns to read.

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
    if problems:
        raise CohortTableError(sorted(problems, key=lambda problem: problem.row or 0))
    return tuple(of_patient[0] for of_patient in by_patient(shared_values(rows, genes)).values())
