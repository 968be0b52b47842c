"""The CT series of each of the collection's patients, and what it adds to the cohort table."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from radiogene.cohort.sources.exclusion import Exclusion
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import CollectionTable
from radiogene.cohort.sources.nsclc_radiogenomics.label_file import LabelledPatient
from radiogene.cohort.sources.series.patient_series import PatientSeries, choose_patient_series
from radiogene.cohort.sources.series.series_list import SeriesList
from radiogene.cohort.sources.series.series_rules import SeriesWishes

FROM_SCANS = "the scans"

SERIES_TABLE_COLUMNS = ("series", "segmentation", "series_description", "series_notes")
"""What the choice of series adds to the table's columns."""


@dataclass(frozen=True)
class CollectionSeries:
    """The choice for every patient of a table.

    Attributes:
        choices: by patient, those without any series among them.
        exclusions: patients without a CT that can be taken.
        problems: segmentations that belong to no series.
    """

    choices: dict[str, PatientSeries]
    exclusions: tuple[Exclusion, ...]
    problems: tuple[str, ...]

    @property
    def notes(self) -> list[str]:
        """Counts for the summary."""
        taken = [choice for choice in self.choices.values() if choice.chosen is not None]
        marked = sum(bool(choice.markings) for choice in taken)
        said = sum(bool(choice.notes) for choice in taken)
        return [
            f"a CT series can be taken for {len(taken)} of {len(self.choices)} patients, {marked} of them segmented",
            f"choices that need a look: {said} (column series_notes)",
        ]


def choose_collection_series(
    patients: Iterable[LabelledPatient], listed: SeriesList, wishes: SeriesWishes
) -> CollectionSeries:
    """The choice of series for each patient, by the rules that hold for any source.

    Args:
        patients: who is in the table; their CT dates say which study is meant.
        listed: the collection's series.
        wishes: what the user chose.
    """
    choices, exclusions, problems = {}, [], []
    for patient in patients:
        choice = choose_patient_series(
            listed.series.get(patient.patient_id, ()),
            listed.markings.get(patient.patient_id, ()),
            ct_date=patient.ct_date,
            wishes=wishes,
        )
        choices[patient.patient_id] = choice
        problems += [f"{patient.patient_id}: {problem}" for problem in choice.problems]
        if choice.chosen is None:
            exclusions.append(Exclusion(patient.patient_id, FROM_SCANS, choice.reason_for_none))
    return CollectionSeries(choices, tuple(exclusions), tuple(problems))


def with_series(table: CollectionTable, series: CollectionSeries) -> CollectionTable:
    """The table with the chosen series of each row."""
    return replace(table, rows=tuple(row | series_cells(series.choices[row["patient_id"]]) for row in table.rows))


def series_cells(choice: PatientSeries) -> dict[str, str]:
    """The cells of SERIES_TABLE_COLUMNS."""
    if choice.chosen is None:
        return {}
    return {
        "series": choice.chosen.name,
        "segmentation": " ".join(marking.series_uid for marking in choice.markings),
        "series_description": choice.chosen.description,
        "series_notes": "; ".join(choice.notes),
    }
