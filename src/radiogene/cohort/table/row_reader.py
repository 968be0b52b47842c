"""The rows of a cohort table, cell by cell: each becomes a `CohortRow` or leaves problems."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TypeVar

from radiogene.cohort.row import CohortRow, PatientRow
from radiogene.cohort.table.columns import known_columns
from radiogene.cohort.table.delimited_text import DelimitedText, Record
from radiogene.cohort.table.label_words import (
    UnreadableValueError,
    is_unknown,
    plain,
    read_age,
    read_gene,
    read_sex,
    read_smoking,
    read_yes_no,
)
from radiogene.cohort.table.problem import Problem
from radiogene.ct.geometry import LARGEST_COORDINATE_MM, Frame
from radiogene.ct.nodule.study_marking import AUTO
from radiogene.storage.place import ADDRESS, Place
from radiogene.storage.plain_words import counted

SERIES_NAME = re.compile(r"(?P<uid>[0-9]+(\.[0-9]+)*)(#[1-9][0-9]*)?", re.ASCII)
"""What `series` takes: a SeriesInstanceUID, with `#1`, `#2` ... where one holds several stacks."""

LONGEST_UID = 64
"""DICOM PS3.5 clause 9.1."""

Value = TypeVar("Value")


@dataclass
class RowReader:
    """Reads the records of one table and gathers every problem on the way.

    Attributes:
        file: what to call the table in problems.
        folder: what relative paths are relative to; None where they must be absolute.
        genes: the gene columns to read.
        check_files: whether a scan or nodule path that is absent is a problem.
        problems: what was found so far.
    """

    file: str
    folder: Path | None
    genes: Sequence[str]
    check_files: bool
    problems: list[Problem] = field(default_factory=list)

    def rows(self, text: DelimitedText) -> list[CohortRow]:
        """The rows whose patient, scan and nodule can be read, other unreadable values left unknown; see `problems`."""
        rows = [row for record, cells in self._records(text) if (row := self._row(record, cells)) is not None]
        self._note_smoking_code(text)
        return rows

    def patients(self, text: DelimitedText) -> list[PatientRow]:
        """The patients of the rows, whatever scans the table has; see `problems`."""
        patients = [self._patient(record, cells) for record, cells in self._records(text)]
        self._note_smoking_code(text)
        return [patient for patient in patients if patient is not None]

    def _records(self, text: DelimitedText) -> Iterator[tuple[Record, dict[str, str]]]:
        """Each record with its cells by column; records that do not fit the header are noted and left out."""
        header = text.header.cells
        for record in text.records:
            if len(record.cells) != len(header):
                wanted = f"{len(header)}, as the header has (a cell that holds the separator needs quotes)"
                self._note(record.line, None, counted(len(record.cells), "cell"), wanted)
                continue
            cells = dict(zip(header, record.cells, strict=True))
            if cells.get(""):
                self._note(record.line, None, f"{cells['']!r} in a column without a name", "a name in the header")
            yield record, cells

    def _note(self, line: int, column: str | None, found: str, wanted: str) -> None:
        self.problems.append(Problem(self.file, line, column, found, wanted))

    def _value(
        self, record: Record, cells: Mapping[str, str], column: str, read: Callable[[str], Value]
    ) -> Value | None:
        """The value of one cell; None, and a problem, where it cannot be read."""
        try:
            return read(cells.get(column, ""))
        except UnreadableValueError as error:
            self._note(record.line, column, error.found, error.wanted)
            return None

    def _patient(self, record: Record, cells: Mapping[str, str]) -> PatientRow | None:
        """The values of the patient; None where the identifier cannot be read."""
        smoking = self._value(record, cells, "smoking", read_smoking)
        site = cells.get("site", "")
        known = set(known_columns(self.genes))
        age_years = self._value(record, cells, "age", read_age)
        sex = self._value(record, cells, "sex", read_sex)
        labels = {gene: self._value(record, cells, gene, read_gene) for gene in self.genes}
        synthetic = self._value(record, cells, "synthetic", read_yes_no) or False
        patient_id = self._value(record, cells, "patient_id", _patient_id) if "patient_id" in cells else None
        if patient_id is None:
            return None
        return PatientRow(
            patient_id=patient_id,
            row_number=record.line,
            age_years=age_years,
            sex=sex,
            smoking=smoking.ever if smoking else None,
            smoking_status=smoking.status if smoking else None,
            labels=labels,
            site=None if is_unknown(site) else site,
            extra={name: text for name, text in cells.items() if name not in known and name.strip()},
            synthetic=synthetic,
        )

    def _row(self, record: Record, cells: Mapping[str, str]) -> CohortRow | None:
        """The row of one record, or None where a required value is missing."""
        patient = self._patient(record, cells)
        frame = self._value(record, cells, "frame", _frame) or Frame.LPS
        series_uid = self._value(record, cells, "series", _series_uid)
        ct = self._value(record, cells, "ct", self._ct) if "ct" in cells else None
        nodule = self._value(record, cells, "nodule", self._nodule) if "nodule" in cells else None
        if self.check_files:
            self._note_absent(record.line, ct, nodule)
        if patient is None or ct is None or nodule is None:
            return None
        segment = cells.get("segment") or None
        return CohortRow.of(patient, ct=ct, nodule=nodule, frame=frame, segment=segment, series_uid=series_uid)

    def _ct(self, text: str) -> Path:
        """The absolute path of the scan."""
        if not text:
            raise UnreadableValueError("nothing", "the path of a DICOM folder or a volume file")
        return self._resolved(text)

    def _nodule(self, text: str) -> str:
        """The point as written, or the absolute path."""
        if not text:
            raise UnreadableValueError("nothing", "three numbers 'x y z', or the path of a SEG, RTSTRUCT or mask")
        if text == AUTO:
            return text
        point = nodule_point(text)
        if point is not None and len(point) == 3 and all(abs(number) <= LARGEST_COORDINATE_MM for number in point):
            return text
        path = self._resolved(text)
        if point is not None and not _exists(path):
            raise UnreadableValueError(
                repr(text), "three finite numbers 'x y z' with blanks between and a point as decimal sign, or a path"
            )
        return str(path)

    def _note_absent(self, line: int, ct: Path | None, nodule: str | None) -> None:
        """Note a scan or nodule file that is not there."""
        if ct is not None and not _exists(ct):
            self._note(line, "ct", f"{str(ct)!r}, which does not exist", "a DICOM folder or a volume file")
        elif ct is not None and _is_empty_folder(ct):
            self._note(line, "ct", f"{str(ct)!r}, an empty folder", "a folder of DICOM files or a volume file")
        if nodule not in (None, AUTO) and nodule_point(nodule) is None and not _exists(Path(nodule)):
            wanted = "three numbers 'x y z' with blanks between, or a SEG, RTSTRUCT or mask that exists"
            self._note(line, "nodule", f"{nodule!r}, which does not exist", wanted)

    def _resolved(self, text: str) -> Path:
        """The path from the table's folder, made absolute without following links."""
        if ADDRESS.match(text):
            wanted = "a path of this machine (scans and nodules are not read from object storage; copy them first)"
            raise UnreadableValueError(repr(text), wanted)
        if self.folder is None:
            if not Path(text).is_absolute():
                wanted = "an absolute path of this machine, as the table itself is not on it"
                raise UnreadableValueError(repr(text), wanted)
            return Path(os.path.abspath(text))  # noqa: PTH100
        # Links are kept: a volume linked into a content store would lose the suffix that names its format.
        return Path(os.path.abspath(self.folder / text))  # noqa: PTH100

    def _note_smoking_code(self, text: DelimitedText) -> None:
        """Note a column of 1 without any 0: TCGA's code 1 is a lifelong non-smoker, elsewhere 1 is a smoker."""
        if "smoking" not in text.header.cells:
            return
        place = text.header.cells.index("smoking")
        lines = {r.cells[place]: r.line for r in reversed(text.records) if len(r.cells) == len(text.header.cells)}
        if "1" in lines and "0" not in lines:
            self._note(lines["1"], "smoking", "1 and never 0, which may be a smoker or TCGA's non-smoker", "yes or no")


def folder_of(table: Place) -> Path | None:
    """What relative paths in a table are relative to; None where the table is on object storage."""
    return table.resolve().parent if isinstance(table, Path) else None


def nodule_point(text: str) -> tuple[float, ...] | None:
    """The numbers that the text consists of, not a number and infinity among them; None where it is no list of numbers.

    Args:
        text: words separated by blanks.
    """
    try:
        numbers = tuple(float(word) for word in text.replace(",", " ").split())
    except ValueError:
        return None
    if "," in text or "_" in text or not all(isfinite(number) for number in numbers):
        return (float("nan"),)
    return numbers


def _patient_id(text: str) -> str:
    """The identifier as written; every word counts, "NA" too."""
    if not text:
        raise UnreadableValueError("nothing", "the patient's identifier")
    return text


def _frame(text: str) -> Frame:
    """The frame of a point."""
    names = [frame.value for frame in Frame]
    if plain(text) not in {"", *names}:
        raise UnreadableValueError(repr(text), f"one of {', '.join(names)}, or nothing for {Frame.LPS.value}")
    return Frame(plain(text) or Frame.LPS.value)


def _series_uid(text: str) -> str | None:
    """The SeriesInstanceUID, or the name of one of its stacks."""
    name = SERIES_NAME.fullmatch(text)
    if text and (name is None or len(name["uid"]) > LONGEST_UID):
        wanted = f"a SeriesInstanceUID: digits and points, at most {LONGEST_UID}, with #1, #2 ... where it holds stacks"
        raise UnreadableValueError(repr(text), wanted)
    return text or None


def _exists(path: Path) -> bool:
    """True where the path can be seen."""
    try:
        return path.exists()
    except OSError:
        return False


def _is_empty_folder(path: Path) -> bool:
    """True where the path is a folder in which nothing can be seen."""
    try:
        return path.is_dir() and not any(path.iterdir())
    except OSError:
        return True
