"""Clinical values as network input: age, sex, smoking and any further column, scaled by the training patients."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow, by_patient
from radiogene.cohort.table.label_words import is_other_number, is_unknown, read_decimal
from radiogene.errors import CohortError, WeightsError
from radiogene.storage.typed_json import JsonObject, from_json, to_json

DEFAULT_COLUMNS = ("age", "sex", "smoking")
MOST_CATEGORIES = 20
"""A column of words with more different ones is a free text, a date or an identifier."""

MEAN_REPLACES_UNKNOWN = "an unknown value counts as the training patients' mean"


@dataclass(frozen=True)
class ClinicalInput:
    """One number of the network's input and how it is scaled.

    Attributes:
        column: the column of the table.
        category: None for a number; else the input is 1 for this word and 0 for any other.
        mean, sd: over the training patients whose value is known, one value per patient, population SD. `sd` is 0
            where they all agree or none is known: such an input is 0 for everybody.
        known: how many training patients have a value.
    """

    column: str
    category: str | None
    mean: float
    sd: float
    known: int

    def __post_init__(self) -> None:
        if self.sd < 0:
            raise WeightsError(f"found the SD {self.sd} of {self.column}")

    @property
    def name(self) -> str:
        """The column, with the category where it is one."""
        return self.column if self.category is None else f"{self.column}={self.category}"


@dataclass(frozen=True)
class ClinicalEncoder:
    """Turns rows into standardised numbers; what is unknown becomes 0, the training patients' mean.

    Age is in years, sex is 1 for female, smoking 1 for ever; a further column is a number where all its known training
    values are numbers (with a decimal point or comma), else one input per word of the training patients (a single digit
    among words, such as stage 0 beside IA1, is a word). Every input has its training mean subtracted and is divided by
    its training SD.

    Attributes:
        columns: names as in the table; none for a model of images only.
        unknown: the rule for unknown values, in words; there is one.
        inputs: one per number of the output, in order.
    """

    columns: tuple[str, ...]
    unknown: str = field(default=MEAN_REPLACES_UNKNOWN, kw_only=True, repr=False)
    inputs: tuple[ClinicalInput, ...]

    def __post_init__(self) -> None:
        if self.unknown != MEAN_REPLACES_UNKNOWN:
            raise WeightsError(f"found the rule {self.unknown!r} for unknown values")
        if tuple(dict.fromkeys(scaling.column for scaling in self.inputs)) != self.columns:
            raise WeightsError(f"found inputs of other columns than {list(self.columns)}")

    @classmethod
    def fit(cls, rows: Sequence[PatientRow], columns: Sequence[str] = DEFAULT_COLUMNS) -> "ClinicalEncoder":
        """The encoder scaled by these rows, each patient counted once.

        Args:
            rows: the training patients' rows only.
            columns: `age`, `sex`, `smoking` or any further column of the table.

        Raises:
            CohortError: a column named twice, one that no row has, one that mixes numbers and words, or one with more
                than 20 different words.
        """
        if len(set(columns)) != len(columns):
            raise CohortError(f"Found the clinical columns {list(columns)}; wanted each once.")
        first = [of_patient[0] for of_patient in by_patient(rows).values()]
        inputs = [scaling for column in columns for scaling in _fitted_inputs(first, column)]
        return cls(tuple(columns), tuple(inputs))

    @property
    def width(self) -> int:
        """How many numbers stand for one patient."""
        return len(self.inputs)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the result should know: the rule for unknown values, and inputs that say nothing."""
        silent = tuple(
            f"{scaling.name}: {'the same in all' if scaling.known else 'unknown for all'} training patients, so it "
            "counts as 0"
            for scaling in self.inputs
            if scaling.sd == 0
        )
        return ((MEAN_REPLACES_UNKNOWN,) if self.inputs else ()) + silent

    def encode(self, rows: Sequence[PatientRow]) -> NDArray[np.float32]:
        """The standardised values (rows, width).

        A word that no training patient had counts as unknown, so that a rare stage does not end a cross-validation;
        `unknown_words_of` names such rows.

        Raises:
            CohortError: a word in a column that held numbers in training.
        """
        encoded = np.zeros((len(rows), self.width), dtype=np.float32)
        for n, row in enumerate(rows):
            for k, scaling in enumerate(self.inputs):
                if scaling.category is None or self._is_seen(row, scaling.column):
                    encoded[n, k] = _encoded(row, scaling)
        return encoded

    def unknown_words_of(self, rows: Sequence[PatientRow]) -> tuple[str, ...]:
        """One sentence per row and column whose word no training patient had, for the warnings of a result."""
        columns = dict.fromkeys(scaling.column for scaling in self.inputs if scaling.category is not None)
        return tuple(
            f"{column} {clinical_value(row, column)!r} was seen in no training patient and counts as unknown."
            for row in rows
            for column in columns
            if clinical_value(row, column) is not None and not self._is_seen(row, column)
        )

    def _is_seen(self, row: PatientRow, column: str) -> bool:
        """True where a training patient had the row's word."""
        return clinical_value(row, column) in {scaling.category for scaling in self.inputs if scaling.column == column}

    def to_json(self) -> JsonObject:
        """The encoder as plain JSON values."""
        return to_json(self)

    @classmethod
    def from_json(cls, content: object) -> "ClinicalEncoder":
        """The encoder that `to_json` wrote.

        Raises:
            WeightsError: an unknown or missing key, another rule for unknown values, a scaling that is not finite, or
                inputs that are not those of the columns.
        """
        return from_json(cls, content, where="Clinical scaling", error=WeightsError)


def _encoded(row: PatientRow, scaling: ClinicalInput) -> float:
    """One input of one row; 0 where the value is unknown."""
    value = clinical_value(row, scaling.column)
    if value is None:
        return 0.0
    if scaling.category is not None:
        number: float | None = float(value == scaling.category)
    else:
        number = value if isinstance(value, float) else read_decimal(value)
    if number is None:
        raise CohortError(
            f"Line {row.row_number}, column {scaling.column}: found {value!r}; "
            "wanted a number, as the training patients have, or nothing."
        )
    return 0.0 if scaling.sd == 0 else (number - scaling.mean) / scaling.sd


def clinical_value(row: PatientRow, column: str) -> float | str | None:
    """A row's value: a number for age, sex and smoking, the text of a further column, None where it is unknown."""
    if column == "age":
        return None if row.age_years is None else float(row.age_years)
    if column == "sex":
        return None if row.sex is None else float(row.sex == "female")
    if column == "smoking":
        return None if row.smoking is None else float(row.smoking)
    text = row.extra.get(column, "")
    return None if is_unknown(text) else text


def _fitted_inputs(rows: Sequence[PatientRow], column: str) -> list[ClinicalInput]:
    """The inputs of one column, scaled by one row per training patient."""
    if column not in DEFAULT_COLUMNS and not any(column in row.extra for row in rows):
        there = sorted({name for row in rows for name in row.extra})
        raise CohortError(
            f"Found no column {column!r}; wanted one of {[*DEFAULT_COLUMNS, *there]}. A store keeps a further column "
            "of its table where `radiogene prepare --columns` names it."
        )
    known = [value for row in rows if (value := clinical_value(row, column)) is not None]
    numbers = [value if isinstance(value, float) else read_decimal(value) for value in known]
    other = next((value for value in known if isinstance(value, str) and is_other_number(value)), None)
    if other is not None:
        raise CohortError(
            f"Column {column} holds {other!r}, a number in another notation; wanted plain numbers such as 1234.5 (a "
            "decimal comma is read as well: 1234,5), never groups of thousands, units, limits or dates."
        )
    if all(number is not None for number in numbers):
        return [_scaled(column, None, np.array(numbers, dtype=np.float64))]
    longer = [
        str(value)
        for value, number in zip(known, numbers, strict=True)
        if number is not None and len(str(value).strip()) > 1
    ]
    if longer:
        words = sorted({str(v) for v, number in zip(known, numbers, strict=True) if number is None})
        raise CohortError(
            f"Column {column} mixes numbers (such as {longer[0]!r}) with words (such as {words[0]!r}); wanted one kind."
        )
    categories = sorted({str(value) for value in known})
    if len(categories) > MOST_CATEGORIES:
        raise CohortError(f"Column {column} holds {len(categories)} different words; wanted at most {MOST_CATEGORIES}.")
    return [
        _scaled(column, word, np.array([value == word for value in known], dtype=np.float64)) for word in categories
    ]


def _scaled(column: str, category: str | None, values: NDArray[np.float64]) -> ClinicalInput:
    """The input with the mean and SD of its known training values (patients,)."""
    if values.size == 0:
        return ClinicalInput(column, category, 0.0, 0.0, 0)
    # Equal values can have an SD of rounding errors; dividing by it would blow a later value up.
    sd = 0.0 if np.ptp(values) == 0 else float(values.std())
    return ClinicalInput(column, category, float(values.mean()), sd, int(values.size))
