"""Predictions as CSV, one row per patient: what a statistician reads on."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from radiogene.evaluation.predictions import UNKNOWN, Predictions


def predictions_table(
    predictions: Predictions,
    further: Mapping[str, Sequence[Any]] | None = None,
    *,
    header: bool = True,
    first_column: str = "patient_id",
) -> str:
    """The CSV text: identifier, further columns, then label (empty where unknown) and probability of every gene.

    Args:
        predictions: one row per patient.
        further: columns by name, one value per patient.
        header: False leaves the first line out.
        first_column: heading of the identifiers.
    """
    further = further or {}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(
            [first_column, *further, *(f"{g}_{w}" for g in predictions.genes for w in ("label", "probability"))]
        )
    columns = zip(predictions.patient_ids, predictions.labels, predictions.probabilities, strict=True)
    for row, (patient, labels, values) in enumerate(columns):
        cells = [c for y, p in zip(labels, values, strict=True) for c in ("" if y == UNKNOWN else int(y), float(p))]
        writer.writerow([patient, *(values_of[row] for values_of in further.values()), *cells])
    return text.getvalue()
