"""Tumour centres of the collection's patients from a table of points in DICOM patient coordinates."""

from dataclasses import dataclass
from pathlib import Path

from radiogene.cohort.table.delimited_text import read_delimited_text
from radiogene.cohort.table.label_words import read_number
from radiogene.cohort.table.problem import CohortTableError, Problem
from radiogene.ct.geometry import LARGEST_COORDINATE_MM

CENTRE_COLUMNS = ("Case ID", "coordX", "coordY", "coordZ")

Point = tuple[float, float, float]


@dataclass(frozen=True)
class TumourCentres:
    """The centre of each patient in LPS mm on the series that the patient's segmentation belongs to.

    Attributes:
        centre_lps_mm: by patient.
        problems: lines that could not be read; the rest was.
    """

    centre_lps_mm: dict[str, Point]
    problems: tuple[Problem, ...]


def read_tumour_centres(path: Path) -> TumourCentres:
    """The centres of a table with the columns `Case ID`, `coordX`, `coordY`, `coordZ` (LPS mm).

    A line that is no point is named and left out; a patient with two different points has none.

    Raises:
        CohortTableError: no file that can be read, or a column that is missing.
    """
    file = str(path)
    text = read_delimited_text(path, file, CENTRE_COLUMNS)
    names = [name.strip() for name in text.header.cells]
    missing = [name for name in CENTRE_COLUMNS if name not in names]
    if missing:
        wanted = f"the columns {', '.join(CENTRE_COLUMNS)}"
        raise CohortTableError([Problem(file, text.header.line, name, "no such column", wanted) for name in missing])
    places = [names.index(name) for name in CENTRE_COLUMNS]
    centres: dict[str, Point] = {}
    doubtful: set[str] = set()
    problems = []
    for record in text.records:
        cells = [record.cells[place] if place < len(record.cells) else "" for place in places]
        patient_id, point = cells[0], _point(cells[1:])
        if not patient_id or point is None:
            wanted = "a patient and three finite numbers in mm"
            problems.append(Problem(file, record.line, None, f"{' '.join(cells)!r}", wanted))
        elif centres.setdefault(patient_id, point) != point:
            doubtful.add(patient_id)
            problems.append(Problem(file, record.line, "Case ID", f"a second point for {patient_id!r}", "one point"))
    certain = {patient_id: point for patient_id, point in centres.items() if patient_id not in doubtful}
    return TumourCentres(certain, tuple(problems))


def point_text(point: Point) -> str:
    """The point as a cohort table takes it: x y z in LPS mm."""
    return " ".join(f"{number:.3f}" for number in point)


def _point(cells: list[str]) -> Point | None:
    """Three numbers that can be coordinates, or None."""
    numbers = [number for cell in cells if (number := read_number(cell)) is not None]
    if len(numbers) != 3 or any(abs(number) > LARGEST_COORDINATE_MM for number in numbers):
        return None
    return numbers[0], numbers[1], numbers[2]
