"""Published PyRadiomics tables of NSCLC Radiogenomics: of the tumour (46 patients) and of the lung around it (83)."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import CohortError

CASE_ID = "Case ID"
DIAGNOSTICS = "diagnostics_"
"""Size, spacing and place of the image and the mask: they describe the scan, and are not features."""

IMAGES = ("original_", "wavelet-", "log-sigma-")
"""How the names of features begin: the image that they are of."""

LUNG_LABEL = "EGFR mutation status"
"""In the table of the lung, 1 mutant, 0 wild type. R01-012 is 1 there and wild type in the collection's label file."""


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """N patients and F features.

    Attributes:
        patient_ids: N different identifiers.
        names: F, as PyRadiomics writes them.
        values: (N, F) float64.
        printed_labels: (N,) EGFR as the table itself has it; empty where it has none.
    """

    patient_ids: tuple[str, ...]
    names: tuple[str, ...]
    values: NDArray[np.float64]
    printed_labels: NDArray[np.int8]

    def of(self, patient_ids: Sequence[str]) -> NDArray[np.float64]:
        """The values (N, F) of these patients, in this order."""
        place = {patient: number for number, patient in enumerate(self.patient_ids)}
        return self.values[[place[patient] for patient in patient_ids]]


def feature_table(path: Path) -> FeatureTable:
    """The features of a table; diagnostics, clinical columns and labels are left out of them.

    Raises:
        CohortError: no patient column, a patient twice, or a value that is no finite number.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or ())
        lines = list(reader)
    if CASE_ID not in columns:
        raise CohortError(f"{path}: no column {CASE_ID!r}.")
    patients = tuple(line[CASE_ID] for line in lines)
    if len(set(patients)) != len(patients):
        raise CohortError(f"{path}: a patient stands there twice; expected one line each.")
    names = tuple(name for name in columns if name.startswith(IMAGES))
    values = np.array([[_number(path, line, name, float) for name in names] for line in lines], dtype=np.float64)
    printed = [_number(path, line, LUNG_LABEL, int) for line in lines] if LUNG_LABEL in columns else []
    return FeatureTable(patients, names, values, np.array(printed, dtype=np.int8))


def _number(path: Path, line: dict[str, str], name: str, kind: Callable[[str], float]) -> float:
    """One cell as a finite number."""
    try:
        number = kind(line[name])
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise CohortError(f"{path}, {line[CASE_ID]}, {name}: found {line[name]!r}; expected a finite number.")
    return number
