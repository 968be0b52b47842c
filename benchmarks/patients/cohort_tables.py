"""Rows of patients as a cohort table without images, for the ordinary verbs."""

import csv
from collections.abc import Sequence
from pathlib import Path

from radiogene.cohort.row import PatientRow

SMOKING_WORDS = {True: "yes", False: "no", None: ""}
MUTATION_WORDS = {1: "mutant", 0: "wild type", None: ""}


def write_table(path: Path, rows: Sequence[PatientRow], genes: Sequence[str]) -> Path:
    """The path of the table that was written.

    Args:
        path: of a CSV file.
        rows: one per patient, all with the same further columns.
        genes: columns to write.
    """
    further = list(rows[0].extra)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", "age", "sex", "smoking", "site", *genes, *further])
        for row in rows:
            writer.writerow(
                [
                    row.patient_id,
                    "" if row.age_years is None else f"{row.age_years:g}",
                    row.sex or "",
                    row.smoking_status or SMOKING_WORDS[row.smoking],
                    row.site or "",
                    *(MUTATION_WORDS[row.labels[gene]] for gene in genes),
                    *(row.extra[name] for name in further),
                ]
            )
    return path
