"""Every series of every patient as a table: which was taken, and why the others were not."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from radiogene.cohort.sources.series.patient_series import PatientSeries
from radiogene.cohort.sources.series.series_facts import SeriesFacts
from radiogene.cohort.sources.table_file import write_table

SERIES_COLUMNS = (
    "patient_id",
    "taken",
    "reason",
    "modality",
    "description",
    "images",
    "study_date",
    "study_description",
    "slice_step_mm",
    "slice_thickness_mm",
    "kernel",
    "series",
)


def write_series_table(path: Path, choices: Mapping[str, PatientSeries]) -> None:
    """Write one line per series; where none of a patient's was taken, each says why."""
    write_table(path, SERIES_COLUMNS, _lines(choices))


def _lines(choices: Mapping[str, PatientSeries]) -> Iterator[dict[str, object]]:
    """The lines, patient by patient, the taken series first."""
    for patient_id, choice in choices.items():
        if choice.chosen is not None:
            yield _line(patient_id, choice.chosen, "yes", "; ".join(choice.notes))
        for passed in choice.passed_over:
            yield _line(patient_id, passed.facts, "no", passed.reason)


def _line(patient_id: str, facts: SeriesFacts, taken: str, reason: str) -> dict[str, object]:
    """One line."""
    geometry = facts.geometry
    measured: dict[str, object] = {}
    if geometry is not None:
        measured = {
            "slice_step_mm": f"{geometry.step_mm:.4g}",
            "slice_thickness_mm": "" if geometry.thickness_mm is None else f"{geometry.thickness_mm:.4g}",
            "kernel": geometry.kernel or "",
        }
    return {
        "patient_id": patient_id,
        "taken": taken,
        "reason": reason,
        "modality": facts.modality,
        "description": facts.description,
        "images": facts.images,
        "study_date": facts.study_date.isoformat() if facts.study_date else "",
        "study_description": facts.study_description,
        "series": facts.name,
        **measured,
    }
