"""Rows against each other: no nodule twice, no patient with two ages, and one patient's values in all of its rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from radiogene.cohort.row import AnyRow, CohortRow, PatientRow, by_patient
from radiogene.cohort.table.problem import Problem
from radiogene.cohort.table.row_reader import nodule_point

Value = TypeVar("Value")


@dataclass(frozen=True)
class PatientValue:
    """A value that belongs to the patient and not to the row: its name, its column, and how to read it off a row."""

    name: str
    column: str
    of: Callable[[PatientRow], Any]


def consistency_problems(file: str, rows: Sequence[CohortRow], genes: Sequence[str]) -> list[Problem]:
    """The rows that repeat a nodule or contradict an earlier row of their patient."""
    return [*_repeated_nodules(file, rows), *contradiction_problems(file, rows, genes)]


def contradiction_problems(file: str, rows: Sequence[PatientRow], genes: Sequence[str]) -> list[Problem]:
    """The rows that contradict an earlier row of their patient."""
    problems = []
    for of_patient in by_patient(rows).values():
        for value in _patient_values(genes):
            problems.extend(_contradictions(file, of_patient, value))
    return problems


def shared_values(rows: Sequence[AnyRow], genes: Sequence[str]) -> tuple[AnyRow, ...]:
    """The rows, a value of the patient that one row leaves open taken from that patient's other rows.

    Age, sex, smoking and gene labels are the patient's; sites and further columns may differ from nodule to nodule
    and stay as they are.
    """
    shared = {patient: _shared_of(of_patient, genes) for patient, of_patient in by_patient(rows).items()}
    return tuple(_with_values(row, shared[row.patient_id]) for row in rows)


def _shared_of(rows: Sequence[PatientRow], genes: Sequence[str]) -> PatientRow:
    """A row with each value of the patient from the first of the rows that has it."""
    return replace(
        rows[0].patient_part(),
        age_years=_first(row.age_years for row in rows),
        sex=_first(row.sex for row in rows),
        smoking=_first(row.smoking for row in rows),
        smoking_status=_first(row.smoking_status for row in rows),
        labels={gene: _first(row.labels[gene] for row in rows) for gene in genes},
    )


def _first(values: Iterable[Value | None]) -> Value | None:
    """The first known value."""
    return next((value for value in values if value is not None), None)


def _with_values(row: AnyRow, shared: PatientRow) -> AnyRow:
    return replace(
        row,
        age_years=shared.age_years,
        sex=shared.sex,
        smoking=shared.smoking,
        smoking_status=shared.smoking_status,
        labels=dict(shared.labels),
    )


def _patient_values(genes: Sequence[str]) -> list[PatientValue]:
    """Every value that must be the same in all rows of a patient."""

    def label_of(gene: str) -> Callable[[PatientRow], int | None]:
        return lambda row: row.labels[gene]

    return [
        PatientValue("age", "age", lambda row: row.age_years),
        PatientValue("sex", "sex", lambda row: row.sex),
        PatientValue("smoking", "smoking", lambda row: row.smoking),
        PatientValue("smoking_status", "smoking", lambda row: row.smoking_status),
        *(PatientValue(gene, gene, label_of(gene)) for gene in genes),
    ]


def _contradictions(file: str, rows: Sequence[PatientRow], value: PatientValue) -> list[Problem]:
    """The rows whose known value differs from the patient's first known one."""
    stated = [row for row in rows if value.of(row) is not None]
    if value.name == "smoking_status" and len({row.smoking for row in stated}) > 1:
        return []  # already named as a contradiction of smoking itself
    return [
        Problem(
            file,
            row.row_number,
            value.column,
            f"{_word(value, row)} where line {stated[0].row_number} of the same patient {row.patient_id!r} says "
            f"{_word(value, stated[0])}",
            "one value per patient",
        )
        for row in stated[1:]
        if value.of(row) != value.of(stated[0])
    ]


def _word(value: PatientValue, row: PatientRow) -> str:
    """The value as a table would write it."""
    content = value.of(row)
    if isinstance(content, bool):
        return "yes" if content else "no"
    return f"{content:g}" if isinstance(content, float | int) else str(content)


def _repeated_nodules(file: str, rows: Sequence[CohortRow]) -> list[Problem]:
    """The rows that name a nodule which an earlier row of the same patient names."""
    first: dict[tuple[Any, ...], int] = {}
    problems = []
    for row in rows:
        place = nodule_point(row.nodule) or row.nodule
        nodule = (row.patient_id, row.ct, row.series_uid, place, row.frame, row.segment)
        line = first.setdefault(nodule, row.row_number)
        if line != row.row_number:
            found = f"the same patient {row.patient_id!r}, ct and nodule as on line {line}"
            problems.append(Problem(file, row.row_number, "nodule", found, "each nodule once"))
    return problems
