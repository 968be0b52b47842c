"""The clinical table that comes with a folder of studies: a cohort table without scans."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from radiogene.cohort.row import PatientRow, by_patient
from radiogene.cohort.sources.study_folder.date_column import DateColumn
from radiogene.cohort.table.columns import header_problems, known_columns
from radiogene.cohort.table.consistency import contradiction_problems
from radiogene.cohort.table.delimited_text import read_delimited_text
from radiogene.cohort.table.label_words import is_unknown
from radiogene.cohort.table.problem import CohortTableError, Problem
from radiogene.cohort.table.row_reader import RowReader

CT_DATE = "ct_date"
"""The column that says which study is meant, where a patient has several."""


@dataclass(frozen=True)
class ClinicalTable:
    """The table's rows as written, and what is wrong with them.

    Attributes:
        columns: in order.
        rows: per patient, cells by column; values that cannot be read are empty.
        excluded: patients that cannot be taken, with the reason.
        problems: everything that was found.
        dates: how the column `ct_date` is read.
    """

    columns: tuple[str, ...]
    rows: dict[str, tuple[dict[str, str], ...]]
    excluded: dict[str, str]
    problems: tuple[Problem, ...]
    dates: DateColumn

    def ct_date(self, patient_id: str) -> date | None:
        """The date of the study that is meant; None where the table does not tell."""
        return self.dates.read(self.rows[patient_id][0].get(CT_DATE, ""))

    def series(self, patient_id: str) -> str | None:
        """The series that the table names; None where it leaves the choice to the rules."""
        return self.rows[patient_id][0].get("series") or None


def read_clinical_table(path: Path, genes: tuple[str, ...]) -> ClinicalTable:
    """The rows of a clinical table.

    A value that cannot be read is named and left empty; a patient whose lines contradict each other is named and left
    out; the rest goes on.

    Args:
        path: a table with `patient_id`; age, sex, smoking, genes, `nodule`, `series`, `segment`, `frame`, `ct_date` and
            any further column where known.
        genes: the gene columns.

    Raises:
        CohortTableError: no file that can be read, no column `patient_id`, a name that is nearly a column's.
    """
    file = str(path)
    text = read_delimited_text(path, file, (*known_columns(genes), CT_DATE))
    header = text.header.cells
    heading = header_problems(file, header, text.header.line, genes, required=("patient_id",))
    if not text.records:
        heading.append(Problem(file, None, None, "a header and no row", "one line per patient"))
    if heading:
        raise CohortTableError(heading)
    reader = RowReader(file, path.resolve().parent, genes, check_files=False)
    patients = reader.patients(text)
    unreadable = {(problem.row, problem.column) for problem in reader.problems}
    lines = {record.line: dict(zip(header, record.cells, strict=False)) for record in text.records}
    rows = {}
    for patient_id, of_patient in by_patient(patients).items():
        rows[patient_id] = tuple(_cells(lines[row.row_number], row, unreadable) for row in of_patient)
    contradictions = contradiction_problems(file, patients, genes)
    line_of = {row.row_number: row.patient_id for row in patients}
    excluded = {
        line_of[problem.row]: f"line {problem.row}, {problem.column}: {problem.found}"
        for problem in contradictions
        if problem.row is not None
    }
    stated = {line: cells[CT_DATE] for line, cells in lines.items() if not is_unknown(cells.get(CT_DATE, ""))}
    column = DateColumn.of(stated.values())
    unclear = " (nothing in the column tells whether day or month comes first)" if column.is_unclear else ""
    dates = [
        Problem(file, line, CT_DATE, repr(written), f"a date such as 2019-03-31, or nothing{unclear}")
        for line, written in stated.items()
        if column.read(written) is None
    ]
    # Another study than the one that was meant would be the wrong scan.
    excluded |= {
        row.patient_id: f"line {problem.row}, {CT_DATE}: {problem.found} is no date that can be read{unclear}"
        for problem in dates
        for row in patients
        if row.row_number == problem.row
    }
    problems = sorted([*reader.problems, *contradictions, *dates], key=lambda problem: problem.row or 0)
    return ClinicalTable(
        columns=tuple(name for name in header if name.strip()),
        rows={patient_id: cells for patient_id, cells in rows.items() if patient_id not in excluded},
        excluded=excluded,
        problems=tuple(problems),
        dates=column,
    )


def _cells(cells: dict[str, str], row: PatientRow, unreadable: set[tuple[int | None, str | None]]) -> dict[str, str]:
    """A line's cells, those left empty that could not be read."""
    return {name: "" if (row.row_number, name) in unreadable else text for name, text in cells.items() if name.strip()}
