"""The collection's images on disk: each patient's series, segmentation and centre as rows of the cohort table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from radiogene.cohort.sources.exclusion import FROM_TABLE, Exclusion
from radiogene.cohort.sources.image_tree.image_tree import ImageTree
from radiogene.cohort.sources.nsclc_radiogenomics.collection_series import series_cells
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import CollectionTable
from radiogene.cohort.sources.nsclc_radiogenomics.tumour_centres import Point, point_text
from radiogene.cohort.sources.series.patient_series import PatientSeries, choose_patient_series
from radiogene.cohort.sources.series.series_rules import SeriesWishes
from radiogene.cohort.sources.study_folder.patient_match import match_patients
from radiogene.cohort.sources.study_folder.scan_rows import nodule_cells, scan_cells
from radiogene.ct.nodule.location import locate_nodule
from radiogene.ct.open_scan import open_scan
from radiogene.ct.scan import ScanOptions
from radiogene.errors import RadiogeneError

SAME_CENTRE_MM = 1.0
"""A segmentation's centroid and a listed centre that differ by less are the same place."""

NO_NODULE = "no nodule: no segmentation of the series is there, and no centre that holds for it is listed"
CENTRE_ON_FAITH = "no segmentation is there to confirm the listed centre"


@dataclass(frozen=True)
class CollectionScans:
    """What the images add to the table of labels.

    Attributes:
        rows: one per patient and segmentation, or listed centre.
        choices: by patient.
        exclusions: patients without a row.
        problems: segmentations without their series, and damaged files.
        notes: counts, and centres that are not where the segmentation is.
    """

    rows: tuple[dict[str, str], ...]
    choices: dict[str, PatientSeries]
    exclusions: tuple[Exclusion, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def collection_scans(
    table: CollectionTable, tree: ImageTree, centres: Mapping[str, Point], wishes: SeriesWishes, table_folder: Path
) -> CollectionScans:
    """The rows of the patients whose scan and nodule are there.

    A segmentation goes before a listed centre, as it carries its own frame of reference; where both are there, they are
    compared.

    Args:
        table: of labels.
        tree: of images.
        centres: listed centres by patient, in LPS mm of the series that the segmentation belongs to.
        wishes: about the choice of series.
        table_folder: where the cohort table will stand.
    """
    matches = match_patients([patient.patient_id for patient in table.patients], tree.patients)
    clinical = {row["patient_id"]: row for row in table.rows}
    rows: list[dict[str, str]] = []
    exclusions = [Exclusion(p, FROM_TABLE, f"no images: {reason}") for p, reason in matches.unmatched.items()]
    choices: dict[str, PatientSeries] = {}
    problems = [f"{file.path} {file.reason}" for file in tree.damaged]
    for patient in table.patients:
        patient_id = patient.patient_id
        if patient_id not in matches.key_of:
            continue
        imaged = tree.patients[matches.key_of[patient_id]]
        choice = choose_patient_series(imaged.series, imaged.markings, ct_date=patient.ct_date, wishes=wishes)
        choices[patient_id] = choice
        problems += [f"{patient_id}: {problem}" for problem in choice.problems]
        nodules = nodule_cells(choice, table_folder)
        scan = scan_cells(imaged, choice, table_folder) | series_cells(choice)
        # A listed centre is in the coordinates of the segmented series: where that is absent, it is nowhere.
        if not nodules and patient_id in centres and choice.chosen is not None and not choice.problems:
            nodules = [point_text(centres[patient_id])]
            scan["series_notes"] = "; ".join([*choice.notes, CENTRE_ON_FAITH])
        if choice.chosen is None or not nodules:
            reason = choice.reason_for_none if choice.chosen is None else NO_NODULE
            exclusions.append(Exclusion(patient_id, FROM_TABLE, "; ".join([reason, *choice.problems])))
            continue
        rows += [clinical[patient_id] | scan | {"nodule": nodule} for nodule in nodules]
    with_row, segmented = len({row["patient_id"] for row in rows}), sum(bool(row["segmentation"]) for row in rows)
    notes = [
        *tree.lines(),
        f"images of {len(matches.key_of)} of {len(table.patients)} patients; rows: {with_row}, segmented: {segmented}",
        *_misplaced(rows, centres, table_folder),
    ]
    return CollectionScans(tuple(rows), choices, tuple(exclusions), tuple(problems), tuple(notes))


def _misplaced(rows: list[dict[str, str]], centres: Mapping[str, Point], table_folder: Path) -> Iterator[str]:
    """A sentence per patient whose listed centre is not where the segmentation is."""
    for row in rows:
        centre = centres.get(row["patient_id"])
        if centre is None or not row["segmentation"]:
            continue
        try:
            scan = open_scan(table_folder / row["ct"], ScanOptions(row["series"], allow_gaps=True))
            nodule = locate_nodule(str(table_folder / row["nodule"]), scan)
        except RadiogeneError as error:
            # The row stays: `radiogene prepare` refuses it with the same words, and its segment can be named.
            yield f"{row['patient_id']}: the centre cannot be compared: {str(error).splitlines()[0]}"
            continue
        apart_mm = float(np.linalg.norm(nodule.centre_lps_mm - centre))
        if apart_mm > SAME_CENTRE_MM:
            yield f"{row['patient_id']}: the listed centre lies {apart_mm:.1f} mm from the segmentation's centroid"
