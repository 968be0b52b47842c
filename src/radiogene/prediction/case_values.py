"""One case's clinical values, from Python or from the words of a form, read as those of a cohort table are."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from radiogene.cohort.row import PatientRow
from radiogene.cohort.table.label_words import UnreadableValueError, read_age, read_sex, read_smoking
from radiogene.errors import CohortError

Value = TypeVar("Value")


def case_row(
    *,
    age: float | str | None = None,
    sex: str | None = None,
    smoking: str | bool | None = None,
    further: Mapping[str, str] | None = None,
) -> PatientRow:
    """The patient's values; what is left out is unknown.

    Args:
        age: years, or a word for unknown.
        sex: female or male, or a word for unknown.
        smoking: yes or no, never, former, current ..., or a word for unknown.
        further: values of further clinical columns by name.

    Raises:
        CohortError: a word that cannot be read; it names the argument and what is wanted.
    """
    smoked = _read("smoking", smoking if not isinstance(smoking, bool) else ("yes" if smoking else "no"), read_smoking)
    years = f"{age:g}" if isinstance(age, int | float) else age
    return PatientRow(
        patient_id="case",
        age_years=_read("age", years, read_age),
        sex=_read("sex", sex, read_sex),
        smoking=None if smoked is None else smoked.ever,
        smoking_status=None if smoked is None else smoked.status,
        extra=dict(further or {}),
    )


def require_known_columns(row: PatientRow, columns: Sequence[str]) -> None:
    """Refuse further columns that the model does not use: a typing error would pass for an unknown value.

    Args:
        row: as entered.
        columns: of the table, that the model reads.

    Raises:
        CohortError: a value of another column; it names the model's.
    """
    unused = [column for column in row.extra if column not in columns]
    if unused:
        used = ", ".join(columns) or "no clinical value"
        raise CohortError(
            f"Found a value (`values`) of {', '.join(unused)}; the model uses {used}. Leave the others out."
        )


def _read(argument: str, text: str | None, reader: Callable[[str], Value | None]) -> Value | None:
    if text is None:
        return None
    try:
        return reader(text)
    except UnreadableValueError as error:
        raise CohortError(f"`{argument}`: {error}") from error
