"""The table of features as a file, and beside it how they were measured."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.radiomics.features import DEFAULT_SETTINGS, measurement_versions
from radiogene.radiomics.measurability import reaches_border
from radiogene.radiomics.radiomic_table import RadiomicTable
from radiogene.radiomics.settings import RadiomicSettings
from radiogene.storage.atomic_files import write_json, write_text
from radiogene.storage.csv_text import csv_text


def write_features(
    file: Path,
    cohort: PreparedCohort,
    table: RadiomicTable,
    left_out: Mapping[str, str],
    settings: RadiomicSettings = DEFAULT_SETTINGS,
) -> tuple[str, ...]:
    """The patients whose segment reaches the cube's border; `file` and its description, ending .json, are written.

    Args:
        file: CSV, one row per patient: `patient_id` and the features; an undefined one is empty.
        cohort: the N patients of the table.
        table: (N, F) features.
        left_out: why other patients have none, by their identifiers.
        settings: of the measurement.
    """
    segments = {patient: cohort.segment(position) for position, patient in enumerate(cohort.patient_ids)}
    cut = tuple(patient for patient, segment in segments.items() if segment is not None and reaches_border(segment))
    rows: list[list[object]] = [["patient_id", *table.names]]
    for patient, values in zip(cohort.patient_ids, table.values, strict=True):
        rows.append([patient, *("" if np.isnan(value) else float(value) for value in values)])
    write_text(file, csv_text(rows))
    write_json(
        file.with_suffix(".json"),
        {
            "synthetic": cohort.synthetic,
            "patients": len(cohort),
            "features": len(table.names),
            "parameters": settings.to_parameters(),
            "versions": measurement_versions(),
            "reach_the_cubes_border": list(cut),
            "left_out": dict(left_out),
        },
    )
    return cut
