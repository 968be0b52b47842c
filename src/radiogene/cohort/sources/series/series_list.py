"""A list of series as TCIA's downloader writes it (`metadata.csv`), read into facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from radiogene.cohort.sources.series.series_facts import MarkingFacts, SeriesFacts
from radiogene.cohort.table.delimited_text import read_delimited_text
from radiogene.cohort.table.problem import CohortTableError, Problem

NEEDED = ("Subject ID", "Study UID", "Series UID", "Series Description", "Modality", "Number of Images")
OPTIONAL = ("Study Description", "Study Date", "Manufacturer")

MARKING_MODALITIES = frozenset({"SEG", "RTSTRUCT"})

DATE_FORMATS = ("%m-%d-%Y", "%Y-%m-%d", "%m/%d/%Y", "%Y%m%d")
"""The downloader's, ISO's, the label file's and DICOM's."""


@dataclass(frozen=True)
class SeriesList:
    """All series of a list, by patient.

    Attributes:
        series: images of any modality.
        markings: segmentations and structure sets.
        problems: lines that could not be read; the rest was.
    """

    series: dict[str, tuple[SeriesFacts, ...]]
    markings: dict[str, tuple[MarkingFacts, ...]]
    problems: tuple[Problem, ...]


def read_series_list(path: Path) -> SeriesList:
    """The series of a list, one per line.

    Raises:
        CohortTableError: no file that can be read, or a column that is missing.
    """
    file = str(path)
    text = read_delimited_text(path, file, (*NEEDED, *OPTIONAL))
    names = [name.strip() for name in text.header.cells]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        wanted = f"the columns {', '.join(NEEDED)}"
        raise CohortTableError([Problem(file, text.header.line, name, "no such column", wanted) for name in missing])
    series: dict[str, list[SeriesFacts]] = {}
    markings: dict[str, list[MarkingFacts]] = {}
    problems, seen = [], set()
    for record in text.records:
        cells = dict(zip(names, record.cells, strict=False))
        uid, patient_id = cells.get("Series UID", ""), cells.get("Subject ID", "")
        if len(record.cells) != len(names) or not uid or not patient_id or not cells["Number of Images"].isdecimal():
            wanted = "a patient, a series UID and a number of images"
            problems.append(Problem(file, record.line, None, "a line that names no series", wanted))
        elif uid in seen:
            problems.append(Problem(file, record.line, "Series UID", f"{uid} again", "each series once"))
        elif cells["Modality"] in MARKING_MODALITIES:
            markings.setdefault(patient_id, []).append(_marking(cells))
        else:
            series.setdefault(patient_id, []).append(_series(cells))
        seen.add(uid)
    return SeriesList(
        {patient: tuple(of_patient) for patient, of_patient in series.items()},
        {patient: tuple(of_patient) for patient, of_patient in markings.items()},
        tuple(problems),
    )


def read_study_date(text: str) -> date | None:
    """A study date in any of the usual forms; None for other text."""
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    return None


def _series(cells: Mapping[str, str]) -> SeriesFacts:
    """The facts of a line."""
    return SeriesFacts(
        patient_id=cells["Subject ID"],
        study_uid=cells["Study UID"],
        series_uid=cells["Series UID"],
        name=cells["Series UID"],
        modality=cells["Modality"],
        images=int(cells["Number of Images"]),
        description=cells["Series Description"],
        study_description=cells.get("Study Description", ""),
        study_date=read_study_date(cells.get("Study Date", "")),
        manufacturer=cells.get("Manufacturer", ""),
    )


def _marking(cells: Mapping[str, str]) -> MarkingFacts:
    """The facts of a line that is a segmentation or structure set."""
    return MarkingFacts(
        patient_id=cells["Subject ID"],
        study_uid=cells["Study UID"],
        series_uid=cells["Series UID"],
        modality=cells["Modality"],
        description=cells["Series Description"],
    )
