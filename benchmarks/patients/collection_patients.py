"""The patients of NSCLC Radiogenomics as rows of a cohort, read by the package's own reader of the label file."""

from collections.abc import Sequence
from pathlib import Path

from radiogene.cohort.row import PatientRow
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import GENES
from radiogene.cohort.sources.nsclc_radiogenomics.label_file import LabelledPatient, read_label_file
from radiogene.cohort.sources.nsclc_radiogenomics.paper_cohort import is_of_paper
from radiogene.errors import CohortError

STAGE, BROAD_STAGE, HISTOLOGY = "stage", "broad_stage", "histology"
"""Further columns: the stage group (0, IA ... IV), the group that two cohorts share (I to IV), the histology."""

ADENOCARCINOMA = "Adenocarcinoma"

BROAD_STAGES = {
    **dict.fromkeys(("0", "I", "IA", "IB"), "I"),
    **dict.fromkeys(("II", "IIA", "IIB"), "II"),
    **dict.fromkeys(("III", "IIIA", "IIIB"), "III"),
    "IV": "IV",
}
"""Stage groups without their letters. Stage 0 counts as I: TCGA-LUAD has no carcinoma in situ to learn from."""


def collection_patients(labels_csv: Path) -> tuple[PatientRow, ...]:
    """Every patient of the label file, in its order.

    Args:
        labels_csv: the collection's label file.

    Raises:
        CohortError: a value or a column that cannot be read; nothing is to be guessed for a published figure.
    """
    file = read_label_file(labels_csv)
    if file.problems or file.exclusions:
        first = [*file.problems, *file.exclusions][0]
        raise CohortError(f"{labels_csv}: {first}. The figures want a label file without such lines.")
    return tuple(_row(patient) for patient in file.patients)


def of_papers_arm(rows: Sequence[PatientRow]) -> tuple[PatientRow, ...]:
    """Those that the paper took (R01-), all of whom have a stage."""
    return tuple(row for row in rows if is_of_paper(row.patient_id))


def with_adenocarcinoma(rows: Sequence[PatientRow]) -> tuple[PatientRow, ...]:
    """Those with an adenocarcinoma."""
    return tuple(row for row in rows if row.extra[HISTOLOGY] == ADENOCARCINOMA)


def _row(patient: LabelledPatient) -> PatientRow:
    """The row of one patient."""
    return PatientRow(
        patient_id=patient.patient_id,
        row_number=patient.line,
        age_years=patient.age_years,
        sex=patient.sex,
        smoking=None if patient.smoking is None else patient.smoking != "never",
        smoking_status=patient.smoking,
        labels={gene: {"mutant": 1, "wild type": 0}.get(patient.status[gene]) for gene in GENES},
        site=patient.affiliation,
        extra={
            STAGE: patient.stage,
            BROAD_STAGE: BROAD_STAGES[patient.stage] if patient.stage else "",
            HISTOLOGY: patient.histology,
        },
    )
