"""One case's clinical values from the words of a command line or a form, read as those of a cohort table are."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from radiogene.cohort.row import PatientRow
from radiogene.cohort.table.label_words import UnreadableValueError, read_age, read_sex, read_smoking
from radiogene.errors import CohortError

Value = TypeVar("Value")


def case_row(*, age: str | None, sex: str | None, smoking: str | None, further: Sequence[str] = ()) -> PatientRow:
    """The patient's values; what is left out is unknown.

    Args:
        age: years, or a word for unknown.
        sex: female or male, or a word for unknown.
        smoking: yes or no, never, former, current ..., or a word for unknown.
        further: "COLUMN=VALUE" of further clinical columns.

    Raises:
        CohortError: a word that cannot be read; it names the option and what is wanted.
    """
    extra = {}
    for assignment in further:
        column, separator, text = assignment.partition("=")
        if not separator or not column.strip():
            raise CohortError(f"--value: found {assignment!r}; wanted COLUMN=VALUE.")
        extra[column.strip()] = text.strip()
    smoked = _read("--smoking", smoking, read_smoking)
    return PatientRow(
        patient_id="case",
        age_years=_read("--age", age, read_age),
        sex=_read("--sex", sex, read_sex),
        smoking=None if smoked is None else smoked.ever,
        smoking_status=None if smoked is None else smoked.status,
        extra=extra,
    )


def require_known_columns(row: PatientRow, columns: Sequence[str]) -> None:
    """Refuses further columns that the model does not use: a typing error would pass for an unknown value.

    Args:
        row: as entered.
        columns: the model's clinical columns.

    Raises:
        CohortError: a value of another column; it names the model's.
    """
    unused = [column for column in row.extra if column not in columns]
    if unused:
        used = ", ".join(columns) or "no clinical value"
        raise CohortError(f"--value: the model does not use {', '.join(unused)}; it uses {used}. Leave the others out.")


def _read(option: str, text: str | None, reader: Callable[[str], Value | None]) -> Value | None:
    if text is None:
        return None
    try:
        return reader(text)
    except UnreadableValueError as error:
        raise CohortError(f"{option}: {error}") from error
