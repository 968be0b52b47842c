"""Which patients of a cohort have what a system needs."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.table.label_words import is_unknown, read_number
from radiogene.errors import CohortError
from radiogene.methods.method import MethodEntry, Need
from radiogene.methods.registry import all_methods
from radiogene.methods.table_columns import SEMANTIC_COLUMNS, SLIDES_COLUMN, SUV_COLUMN

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff"})


@dataclass(frozen=True, eq=False)
class Availability:
    """Who can be given to a system.

    Attributes:
        present: (N,) which patients have everything that it needs.
        reasons: what is missing, in words, and in how many patients; each patient counts once, by the first need.
    """

    present: NDArray[np.bool_]
    reasons: dict[str, int]


Check = Callable[[PreparedCohort, int], str | None]
"""Cohort and position of a patient -> what is missing, or None."""


def available(entry: MethodEntry, cohort: PreparedCohort, columns: Sequence[str]) -> Availability:
    """The patients that have what a system needs. A single unknown value is no lack: it counts as the mean.

    Args:
        entry: the system.
        cohort: N patients.
        columns: of the table, that it reads.
    """
    missing = _missing_column(cohort, columns)
    if missing:
        return Availability(np.zeros(len(cohort), dtype=np.bool_), {missing: len(cohort)} if len(cohort) else {})
    checks = [CHECKS[need] for need in entry.needs if need in CHECKS]
    lacks = [next(filter(None, (check(cohort, n) for check in checks)), None) for n in range(len(cohort))]
    present = np.array([lack is None for lack in lacks], dtype=np.bool_)
    return Availability(present, dict(Counter(lack for lack in lacks if lack is not None)))


def refuse_without_images(entry: MethodEntry, cohort: PreparedCohort) -> None:
    """Refuses a table without images for a system that reads CT.

    Args:
        entry: the system.
        cohort: any patients.

    Raises:
        CohortError: naming the systems that a table is enough for.
    """
    if cohort.has_images or not entry.looks_at_nodule:
        return
    enough = ", ".join(name for name, other in all_methods().items() if not other.looks_at_nodule)
    raise CohortError(
        f"{entry.title} reads CT images, and a table without images was given. Prepare the scans with `radiogene "
        f"prepare` and give the `store`, or take a system that a table is enough for: {enough}."
    )


def columns_given(entry: MethodEntry, clinical: Sequence[str] | None) -> tuple[str, ...]:
    """The columns of the table that a system reads.

    Args:
        entry: the system.
        clinical: given to it in place of its own clinical ones; None for its own.
    """
    if clinical is None:
        return entry.columns
    return (*clinical, *(name for name in entry.columns if name in (*SEMANTIC_COLUMNS, SUV_COLUMN, SLIDES_COLUMN)))


def _missing_column(cohort: PreparedCohort, columns: Sequence[str]) -> str | None:
    """The columns that a system reads and no patient's row has, in words; each patient's slides are looked at alone."""
    there = {*DEFAULT_COLUMNS, SLIDES_COLUMN, *(name for row in cohort.patients for name in row.extra)}
    absent = [name for name in columns if name not in there]
    return f"the table has no column {', '.join(absent)}" if absent else None


def _without_segment(cohort: PreparedCohort, position: int) -> str | None:
    from radiogene.radiomics import segment_problem

    segment = cohort.segment(position)
    if segment is None:
        return "the nodule was given as a point, without a segment"
    # One reason for all of them: the refusal itself gives each segment's size.
    return "the segment is too small for texture" if segment_problem(segment) else None


def _without_suv(cohort: PreparedCohort, position: int) -> str | None:
    text = cohort.patients[position].extra.get(SUV_COLUMN, "")
    return f"no number in column {SUV_COLUMN}" if is_unknown(text) or read_number(text) is None else None


def _without_slides(cohort: PreparedCohort, position: int) -> str | None:
    text = cohort.patients[position].extra.get(SLIDES_COLUMN, "")
    if is_unknown(text):
        return f"no folder in column {SLIDES_COLUMN}"
    if cohort.files is None and not Path(text).is_absolute():
        return f"no folder from which the paths of column {SLIDES_COLUMN} start"
    folder = Path(text) if cohort.files is None else cohort.files / text
    if not folder.is_dir():
        return f"column {SLIDES_COLUMN} names a folder that is not there"
    images = any(file.suffix.lower() in IMAGE_SUFFIXES for file in folder.iterdir())
    return None if images else f"no image in the folder of column {SLIDES_COLUMN}"


CHECKS: dict[Need, Check] = {
    Need.SEGMENT: _without_segment,
    Need.SUV: _without_suv,
    Need.SLIDES: _without_slides,
}
"""A cube is there for every patient of a store; columns are there for all patients or for none."""
