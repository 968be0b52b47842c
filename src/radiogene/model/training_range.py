"""What the training patients were like, so that a case unlike them is named."""

from collections.abc import Sequence

import numpy as np

from radiogene.cohort.prepared_cohort import CohortRecord
from radiogene.cohort.row import PatientRow
from radiogene.ct.geometry_report import GeometryReport

Ranges = dict[str, tuple[float, float]]

WORDS = {
    "age_years": "Age {value:.0f} years",
    "slice_spacing_mm": "Slice spacing {value:.2f} mm",
    "pixel_spacing_mm": "Pixel spacing {value:.2f} mm",
    "extent_mm": "Nodule extent {value:.0f} mm",
}

ROUNDING_SHARE = 0.02
"""A value within 2% of a limit counts as inside."""


def case_values(row: PatientRow, geometry: GeometryReport | None) -> dict[str, float]:
    """The values of one case that are compared with the training patients'; what is unknown is left out."""
    values = {"age_years": row.age_years}
    if geometry is not None:
        values |= {
            "slice_spacing_mm": geometry.spacing_mm[2],
            "pixel_spacing_mm": geometry.spacing_mm[0],
            "extent_mm": geometry.nodule.largest_extent_mm,
        }
    return {name: float(value) for name, value in values.items() if value is not None}


def training_ranges(records: Sequence[CohortRecord]) -> Ranges:
    """Lowest and highest value of each over the records."""
    values_of: dict[str, list[float]] = {}
    for record in records:
        for name, value in case_values(record.row, record.geometry).items():
            values_of.setdefault(name, []).append(value)
    return {name: (float(np.min(values)), float(np.max(values))) for name, values in values_of.items()}


def outside_training_range(ranges: Ranges, row: PatientRow, geometry: GeometryReport | None) -> list[str]:
    """One sentence for each value of a case beyond all training cases."""
    sentences = []
    for name, value in case_values(row, geometry).items():
        if name not in ranges:
            continue
        low, high = ranges[name]
        if not low * (1 - ROUNDING_SHARE) <= value <= high * (1 + ROUNDING_SHARE):
            words = WORDS[name].format(value=value)
            sentences.append(f"{words} is beyond the training cases ({low:.3g} to {high:.3g}).")
    return sentences
