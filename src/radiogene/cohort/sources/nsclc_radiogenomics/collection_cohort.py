"""From the collection's files to a cohort table with everything that stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from radiogene.atomic_files import write_json
from radiogene.cohort.problem import Problem
from radiogene.cohort.sources.exclusion import FROM_TABLE, Exclusion, write_exclusions
from radiogene.cohort.sources.nsclc_radiogenomics.collection_series import (
    SERIES_TABLE_COLUMNS,
    CollectionSeries,
    choose_collection_series,
    with_series,
)
from radiogene.cohort.sources.nsclc_radiogenomics.collection_summary import CollectionSummary, file_hashes
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import (
    CLINICAL_COLUMNS,
    CollectionTable,
    Selection,
    label_table,
)
from radiogene.cohort.sources.nsclc_radiogenomics.known_conflicts import conflicts_of
from radiogene.cohort.sources.nsclc_radiogenomics.label_file import LabelFile, read_label_file
from radiogene.cohort.sources.nsclc_radiogenomics.paper_cohort import is_of_paper
from radiogene.cohort.sources.nsclc_radiogenomics.tumour_centres import TumourCentres, read_tumour_centres
from radiogene.cohort.sources.series.series_list import SeriesList, read_series_list
from radiogene.cohort.sources.series.series_rules import SeriesWishes
from radiogene.cohort.sources.series.series_table import write_series_table
from radiogene.cohort.sources.table_file import beside, write_table

WITHOUT_SCANS = "no scans in the table: labels and clinical values only (--images DIR adds the scans)"


@dataclass(frozen=True)
class CollectionFiles:
    """What to read of the collection; None for what is not at hand.

    Attributes:
        labels: the label file.
        centres: the table of tumour centres.
        series_list: TCIA's list of series.
        selection: all patients, or the paper's.
        wishes: about the choice of series.
    """

    labels: Path
    centres: Path | None = None
    series_list: Path | None = None
    selection: Selection = "all"
    wishes: SeriesWishes = field(default_factory=SeriesWishes)


def write_collection_cohort(files: CollectionFiles, out: Path) -> CollectionSummary:
    """The summary of a cohort table that has been written, with its exclusions, its series and its sources beside it.

    Args:
        files: what to read.
        out: the table.

    Raises:
        CohortTableError: a table that cannot be read at all.
    """
    labels = read_label_file(files.labels)
    centres = TumourCentres({}, ()) if files.centres is None else read_tumour_centres(files.centres)
    table = label_table(labels, files.selection, None if files.centres is None else centres.centre_lps_mm)
    problems: list[Problem] = [*labels.problems, *centres.problems]
    columns = ["patient_id", *(["nodule"] if files.centres else []), *CLINICAL_COLUMNS]
    notes = [WITHOUT_SCANS]
    if files.centres is not None:
        marked = sum("nodule" in row for row in table.rows)
        notes.append(f"tumour centre known for {marked} of {len(table.rows)} patients")
    if files.series_list is not None:
        listed = read_series_list(files.series_list)
        series = choose_collection_series(table.patients, listed, files.wishes)
        table = replace(with_series(table, series), exclusions=_with_unlabelled(table, series, labels, listed, files))
        write_series_table(beside(out, "series"), series.choices)
        problems += [*listed.problems, *_marking_problems(files.series_list, series)]
        columns += SERIES_TABLE_COLUMNS
        notes += series.notes
    summary = CollectionSummary(
        table=table,
        labelled=len(labels.patients) + len(labels.exclusions),
        sources=file_hashes([path for path in (files.labels, files.centres, files.series_list) if path is not None]),
        conflicts=tuple(conflicts_of(table.patients, with_centres=files.centres is not None)),
        problems=tuple(problems),
        notes=tuple(notes),
    )
    write_table(out, columns, table.rows)
    write_exclusions(beside(out, "exclusions"), table.exclusions)
    write_json(beside(out, "source", ".json"), summary.to_json())
    return summary


def _with_unlabelled(
    table: CollectionTable, series: CollectionSeries, labels: LabelFile, listed: SeriesList, files: CollectionFiles
) -> tuple[Exclusion, ...]:
    """All exclusions, with the patients that have scans and no line in the label file."""
    labelled = {patient.patient_id for patient in labels.patients} | {e.patient_id for e in labels.exclusions}
    without = [
        Exclusion(patient_id, FROM_TABLE, f"no line in {files.labels.name}")
        for patient_id in listed.series
        if patient_id not in labelled and (files.selection == "all" or is_of_paper(patient_id))
    ]
    return (*table.exclusions, *series.exclusions, *without)


def _marking_problems(source: Path, series: CollectionSeries) -> Sequence[Problem]:
    """Segmentations that belong to no series, as problems of the list."""
    wanted = "a segmentation of a CT that is there; it is left out"
    return [Problem(str(source), None, None, problem, wanted) for problem in series.problems]
