"""The collection's label file (`NSCLCR01Radiogenomic_DATA_LABELS_...csv`): one patient per line, 40 columns."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from radiogene.cohort.row import Sex, SmokingStatus
from radiogene.cohort.sources.exclusion import FROM_TABLE, Exclusion
from radiogene.cohort.sources.nsclc_radiogenomics.tnm_stage import (
    SEVENTH_EDITION_M,
    SEVENTH_EDITION_N,
    SEVENTH_EDITION_T,
    checked_category,
    stage_group,
)
from radiogene.cohort.table.delimited_text import DelimitedText, Record, read_delimited_text
from radiogene.cohort.table.label_words import (
    UnreadableValueError,
    is_unknown,
    plain,
    read_age,
    read_gene,
    read_sex,
    read_smoking,
)
from radiogene.cohort.table.problem import CohortTableError, Problem
from radiogene.storage.plain_words import counted

CASE_ID = "Case ID"
COLUMNS = {
    "affiliation": "Patient affiliation",
    "age": "Age at Histological Diagnosis",
    "sex": "Gender",
    "smoking": "Smoking status",
    "pack_years": "Pack Years",
    "ground_glass": "%GG",
    "histology": "Histology",
    "t": "Pathological T stage",
    "n": "Pathological N stage",
    "m": "Pathological M stage",
    "egfr": "EGFR mutation status",
    "kras": "KRAS mutation status",
    "alk": "ALK translocation status",
    "ct_date": "CT Date",
}
"""The columns that are read, blanks around their names left out: the file writes `Histology ` with one."""

CLOSE_NAME = 0.6
"""Likeness of a renamed column to the one that is missed, for a hint in the message."""

DATE_FORMAT = "%m/%d/%Y"
"""Dates are shifted by the collection's owners, each patient by an amount of its own."""

NOT_COLLECTED, UNKNOWN = "not collected", "unknown"

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class LabelledPatient:
    """What the label file says of one patient; None or empty is unknown.

    Attributes:
        line: of the file.
        t, n, m, stage: by the 7th edition.
        status: per gene `mutant` or `wild type` (ALK: `positive` or `negative`), `unknown` or `not collected`.
        ct_date: of the chest CT, in the collection's shifted time.
    """

    patient_id: str
    line: int
    affiliation: str = ""
    age_years: float | None = None
    sex: Sex | None = None
    smoking: SmokingStatus | None = None
    pack_years: str = ""
    ground_glass: str = ""
    histology: str = ""
    t: str = ""
    n: str = ""
    m: str = ""
    stage: str = ""
    status: dict[str, str] = field(default_factory=dict)
    ct_date: date | None = None


@dataclass(frozen=True)
class LabelFile:
    """The patients of a label file, and everything in it that could not be read.

    Attributes:
        patients: in the order of the file, each once.
        exclusions: patients that cannot be taken.
        problems: columns and values that could not be read; the rest was.
    """

    patients: tuple[LabelledPatient, ...]
    exclusions: tuple[Exclusion, ...]
    problems: tuple[Problem, ...]


def read_label_file(path: Path) -> LabelFile:
    """The patients of the collection's label file.

    A column that is missing is named and unknown for everybody; a value that cannot be read is named and unknown; a
    patient that stands there twice counts once where the lines agree and is left out where they do not.

    Raises:
        CohortTableError: no file that can be read, no column `Case ID`, or no patient.
    """
    file = str(path)
    text = read_delimited_text(path, file, {CASE_ID, *COLUMNS.values()})
    names = [name.strip() for name in text.header.cells]
    if CASE_ID not in names:
        raise CohortTableError([_missing(file, text, CASE_ID, names)])
    reader = _LineReader(file, [_missing(file, text, name, names) for name in COLUMNS.values() if name not in names])
    lines_of: dict[str, list[LabelledPatient]] = {}
    for record in text.records:
        patient = reader.patient(record, names)
        if patient is not None:
            lines_of.setdefault(patient.patient_id, []).append(patient)
    if not lines_of:
        reader.problems.append(Problem(file, None, CASE_ID, "no patient", "one line per patient"))
        raise CohortTableError(reader.problems)
    patients, exclusions = [], []
    for patient_id, lines in lines_of.items():
        if len(lines) > 1:
            reader.problems.append(_repeated(file, lines))
        if all(_same(lines[0], other) for other in lines[1:]):
            patients.append(lines[0])
        else:
            places = ", ".join(str(patient.line) for patient in lines)
            exclusions.append(Exclusion(patient_id, FROM_TABLE, f"lines {places} of {path.name} differ"))
    return LabelFile(tuple(patients), tuple(exclusions), tuple(reader.problems))


@dataclass
class _LineReader:
    """Reads one line after the other and gathers what cannot be read."""

    file: str
    problems: list[Problem]

    def patient(self, record: Record, names: list[str]) -> LabelledPatient | None:
        """The patient of a line; None where the line cannot be told apart into columns, or names nobody."""
        if len(record.cells) != len(names):
            self._note(record.line, None, counted(len(record.cells), "cell"), f"{len(names)}, as the header has")
            return None
        cells = dict(zip(names, record.cells, strict=True))
        if not cells[CASE_ID]:
            self._note(record.line, CASE_ID, "nothing", "the patient's identifier")
            return None
        return self._read(record.line, {key: cells.get(column, "") for key, column in COLUMNS.items()}, cells[CASE_ID])

    def _note(self, line: int, column: str | None, found: str, wanted: str) -> None:
        self.problems.append(Problem(self.file, line, column, found, wanted))

    def _read(self, line: int, cells: Mapping[str, str], patient_id: str) -> LabelledPatient:
        def value(key: str, read: Callable[[str], Value | None]) -> Value | None:
            try:
                return read(cells[key])
            except UnreadableValueError as error:
                self._note(line, COLUMNS[key], error.found, error.wanted)
                return None

        smoking = value("smoking", read_smoking)
        t, n, m = (
            value(key, lambda text, known=known: _category(text, known)) or ""  # type: ignore[misc]
            for key, known in (("t", SEVENTH_EDITION_T), ("n", SEVENTH_EDITION_N), ("m", SEVENTH_EDITION_M))
        )
        return LabelledPatient(
            patient_id=patient_id,
            line=line,
            affiliation=_text(cells["affiliation"]),
            age_years=value("age", read_age),
            sex=value("sex", read_sex),
            smoking=smoking.status if smoking else None,
            pack_years=_text(cells["pack_years"]),
            ground_glass=_text(cells["ground_glass"]),
            histology=_text(cells["histology"]),
            t=t,
            n=n,
            m=m,
            stage=value("t", lambda _: stage_group(t, n, m)) or "",
            status={
                "EGFR": value("egfr", _gene_status) or UNKNOWN,
                "KRAS": value("kras", _gene_status) or UNKNOWN,
                "ALK": value("alk", _translocation_status) or UNKNOWN,
            },
            ct_date=value("ct_date", _date),
        )


def _missing(file: str, text: DelimitedText, column: str, names: list[str]) -> Problem:
    """The problem of a column that is not there, with the name that may stand for it."""
    others = [name for name in names if name not in (CASE_ID, *COLUMNS.values())]
    close = difflib.get_close_matches(column.casefold(), [name.casefold() for name in others], 1, CLOSE_NAME)
    renamed = next((name for name in others if close and name.casefold() == close[0]), None)
    found = "no such column" if renamed is None else f"no such column, but one named {renamed!r}"
    return Problem(file, text.header.line, column, found, f"{column!r}, as the collection's file has it")


def _repeated(file: str, lines: list[LabelledPatient]) -> Problem:
    """The problem of a patient on several lines."""
    same = "the lines agree and count once" if all(_same(lines[0], other) for other in lines[1:]) else "they differ"
    found = f"patient {lines[0].patient_id!r} of line {lines[0].line} again ({same})"
    return Problem(file, lines[1].line, CASE_ID, found, "each patient once")


def _same(first: LabelledPatient, second: LabelledPatient) -> bool:
    """True where two lines say the same."""
    return {**vars(first), "line": 0} == {**vars(second), "line": 0}


def _text(text: str) -> str:
    """The words as written; empty where unknown."""
    return "" if is_unknown(text) else text


def _category(text: str, known: tuple[str, ...]) -> str:
    """T, N or M; empty where unknown."""
    return "" if is_unknown(text) else checked_category(text, known)


def _gene_status(text: str) -> str:
    """`mutant`, `wild type`, `unknown` or `not collected`."""
    label = read_gene(text)
    return _unknown_word(text) if label is None else ("wild type", "mutant")[label]


def _translocation_status(text: str) -> str:
    """`positive` where the gene is translocated, `negative` for wild type, `unknown` or `not collected`."""
    if plain(text) == "translocated":
        return "positive"
    label = read_gene(text)
    return _unknown_word(text) if label is None else ("negative", "positive")[label]


def _unknown_word(text: str) -> str:
    """Which of the two words for a status that is not known was meant."""
    return NOT_COLLECTED if plain(text) == NOT_COLLECTED else UNKNOWN


def _date(text: str) -> date | None:
    """The date, or None where it is unknown."""
    if is_unknown(text):
        return None
    try:
        return datetime.strptime(text.strip(), DATE_FORMAT).date()
    except ValueError:
        raise UnreadableValueError(repr(text), "a date as month/day/year, or nothing") from None
