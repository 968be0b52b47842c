"""A patient's chosen series and markings as cells of the cohort table."""

import os
from collections.abc import Mapping
from pathlib import Path

from radiogene.cohort.sources.image_tree.tree_patient import TreePatient
from radiogene.cohort.sources.series.patient_series import PatientSeries
from radiogene.cohort.table.row_reader import nodule_point
from radiogene.ct.preparation import SYNTHETIC_MARK

SCAN_COLUMNS = ("ct", "nodule", "series", "synthetic")

NO_NODULE = "no nodule: no SEG or RTSTRUCT refers to the series, and the table has no point or file"


def scan_cells(patient: TreePatient, choice: PatientSeries, table_folder: Path) -> dict[str, str]:
    """The cells `ct` and `series` of a patient whose series was chosen; `synthetic` where the scan calls itself so."""
    if choice.chosen is None:
        return {}
    cells = {"ct": path_cell(patient.folder_of[choice.chosen.name], table_folder), "series": choice.chosen.name}
    # A clinical table may say so of its own accord: never the opposite.
    return cells | ({"synthetic": "yes"} if SYNTHETIC_MARK in choice.chosen.manufacturer.casefold() else {})


def nodule_cells(choice: PatientSeries, table_folder: Path) -> list[str]:
    """A nodule cell for each marking of the chosen series."""
    return [path_cell(Path(marking.path), table_folder) for marking in choice.markings if marking.path is not None]


def path_cell(path: Path, table_folder: Path) -> str:
    """The path as the table has it: relative where it lies below the table's folder, else absolute."""
    # Links are kept, as the table's reader keeps them.
    absolute = os.path.abspath(path)  # noqa: PTH100
    folder = os.path.abspath(table_folder)  # noqa: PTH100
    inside = os.path.commonpath([absolute, folder]) == folder
    return os.path.relpath(absolute, folder) if inside else absolute


def moved_nodule(row: Mapping[str, str], from_folder: Path, table_folder: Path) -> str:
    """The nodule of a clinical table's row for a table elsewhere: a point as it is, a path made to fit."""
    nodule = row.get("nodule", "")
    return nodule if not nodule or nodule_point(nodule) is not None else path_cell(from_folder / nodule, table_folder)
