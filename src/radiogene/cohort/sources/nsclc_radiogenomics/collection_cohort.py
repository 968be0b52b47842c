"""From the collection's files to a cohort table with everything that stands beside it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from radiogene.cohort.sources.exclusion import FROM_TABLE, Exclusion, write_exclusions
from radiogene.cohort.sources.image_tree.header_cache import HeaderCache
from radiogene.cohort.sources.image_tree.image_tree import scan_tree
from radiogene.cohort.sources.nsclc_radiogenomics.collection_scans import collection_scans
from radiogene.cohort.sources.nsclc_radiogenomics.collection_series import (
    SERIES_TABLE_COLUMNS,
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
from radiogene.cohort.sources.series.series_list import read_series_list
from radiogene.cohort.sources.series.series_rules import SeriesWishes
from radiogene.cohort.sources.series.series_table import write_series_table
from radiogene.cohort.sources.study_folder.scan_rows import SCAN_COLUMNS
from radiogene.cohort.sources.table_file import beside, write_table
from radiogene.cohort.table.problem import Problem
from radiogene.storage.atomic_files import write_json

WITHOUT_SCANS = "no scans in the table: labels and clinical values only (--images DIR adds the scans)"


@dataclass(frozen=True)
class CollectionFiles:
    """What to read of the collection; None for what is not at hand.

    Attributes:
        labels: the label file.
        centres: the table of tumour centres.
        series_list: TCIA's list of series, for a choice without images.
        images: the folder of the images; the list plays no part then.
        selection: all patients, or the paper's.
        wishes: about the choice of series.
        cache: of the images' headers; None for one beside the table.
        workers: processes that read headers; -1 for one per core.
    """

    labels: Path
    centres: Path | None = None
    series_list: Path | None = None
    images: Path | None = None
    selection: Selection = "all"
    wishes: SeriesWishes = field(default_factory=SeriesWishes)
    cache: Path | None = None
    workers: int = -1


def write_collection_cohort(
    files: CollectionFiles, out: Path, progress: Callable[[int, int], None] | None = None
) -> CollectionSummary:
    """The summary of a cohort table that has been written, with its exclusions, its series and its sources beside it.

    Args:
        files: what to read.
        out: the table.
        progress: called with files done and all files to read.

    Raises:
        CohortTableError: a table that cannot be read at all.
    """
    labels = read_label_file(files.labels)
    centres = TumourCentres({}, ()) if files.centres is None else read_tumour_centres(files.centres)
    table = label_table(labels, files.selection, None if files.centres is None else centres.centre_lps_mm)
    problems: list[Problem] = [*labels.problems, *centres.problems]
    marked = ["nodule"] if files.centres else []
    if files.images is not None:
        tree = scan_tree(files.images, _cache(files, out), workers=files.workers, progress=progress)
        scans = collection_scans(table, tree, centres.centre_lps_mm, files.wishes, out.parent)
        table = replace(table, rows=scans.rows, exclusions=(*table.exclusions, *scans.exclusions))
        table = _with_unlabelled(table, labels, tree.patients, files)
        write_series_table(beside(out, "series"), scans.choices)
        problems += _problems_of(files.images, scans.problems)
        columns, notes = [*SCAN_COLUMNS, *CLINICAL_COLUMNS, *SERIES_TABLE_COLUMNS[1:]], list(scans.notes)
    elif files.series_list is not None:
        listed = read_series_list(files.series_list)
        series = choose_collection_series(table.patients, listed, files.wishes)
        table = _with_unlabelled(with_series(table, series), labels, listed.series, files)
        write_series_table(beside(out, "series"), series.choices)
        problems += [*listed.problems, *_problems_of(files.series_list, series.problems)]
        columns, notes = [*marked, *CLINICAL_COLUMNS, *SERIES_TABLE_COLUMNS], [WITHOUT_SCANS, *series.notes]
    else:
        columns, notes = [*marked, *CLINICAL_COLUMNS], [WITHOUT_SCANS]
    if files.centres is not None:
        count = sum(patient.patient_id in centres.centre_lps_mm for patient in table.patients)
        notes.append(f"tumour centre listed for {count} of {len(table.patients)} patients")
    summary = CollectionSummary(
        table=table,
        labelled=len(labels.patients) + len(labels.exclusions),
        sources=file_hashes([path for path in (files.labels, files.centres, files.series_list) if path is not None]),
        conflicts=tuple(conflicts_of(table.patients, with_centres=files.centres is not None)),
        problems=tuple(problems),
        notes=tuple(notes),
    )
    write_table(out, ["patient_id", *columns], table.rows)
    write_exclusions(beside(out, "exclusions"), table.exclusions)
    write_json(beside(out, "source", ".json"), summary.to_json())
    return summary


def _cache(files: CollectionFiles, out: Path) -> HeaderCache:
    """Where the headers of the images are kept."""
    return HeaderCache(files.cache or beside(out, "headers", ".sqlite"))


def _with_unlabelled(
    table: CollectionTable, labels: LabelFile, with_scans: Iterable[str], files: CollectionFiles
) -> CollectionTable:
    """The table with an exclusion for each patient that has scans and no line in the label file."""
    labelled = {patient.patient_id for patient in labels.patients} | {
        exclusion.patient_id for exclusion in labels.exclusions
    }
    without = [
        Exclusion(patient_id, FROM_TABLE, f"no line in {files.labels.name}")
        for patient_id in with_scans
        if patient_id not in labelled and (files.selection == "all" or is_of_paper(patient_id))
    ]
    return replace(table, exclusions=(*table.exclusions, *without))


def _problems_of(source: Path, problems: Iterable[str]) -> list[Problem]:
    """Segmentations without their series and files without their end, as problems of their source."""
    return [Problem(str(source), None, None, problem, "what is whole; it is left out") for problem in problems]
