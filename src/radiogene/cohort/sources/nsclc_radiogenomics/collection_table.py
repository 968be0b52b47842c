"""The collection as a cohort table: one row per patient, and who is left out of what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from radiogene.cohort.sources.exclusion import FROM_PAPER, FROM_TABLE, Exclusion
from radiogene.cohort.sources.nsclc_radiogenomics.label_file import LabelFile, LabelledPatient
from radiogene.cohort.sources.nsclc_radiogenomics.paper_cohort import RULE_OF_ARM, RULE_OF_STAGE, is_of_paper, is_staged
from radiogene.cohort.sources.nsclc_radiogenomics.tnm_stage import COLLECTION_EDITION
from radiogene.cohort.sources.nsclc_radiogenomics.tumour_centres import Point, point_text

Selection = Literal["all", "paper"]

GENES = ("EGFR", "KRAS")

CLINICAL_COLUMNS = (
    "age",
    "sex",
    "smoking",
    "EGFR",
    "KRAS",
    "site",
    "ALK",
    "histology",
    "T",
    "N",
    "M",
    "stage",
    "stage_edition",
    "ground_glass",
    "pack_years",
    "paper_162",
)


@dataclass(frozen=True)
class CollectionTable:
    """The rows of a cohort table, and every reason why a patient counts for less.

    Attributes:
        patients: who is in the table.
        rows: of the table, in the order of the label file.
        exclusions: from the table, from the paper's 162, and from the figures of a gene.
    """

    patients: tuple[LabelledPatient, ...]
    rows: tuple[dict[str, str], ...]
    exclusions: tuple[Exclusion, ...]


def label_table(labels: LabelFile, selection: Selection, centres: dict[str, Point] | None) -> CollectionTable:
    """The table of labels and clinical values, without scans.

    Args:
        labels: the collection's label file.
        selection: `paper` leaves the patients out that the paper did not take.
        centres: the nodule's place by patient, which becomes the column `nodule`; None for none.
    """
    taken = [patient for patient in labels.patients if selection == "all" or is_of_paper(patient.patient_id)]
    rows = []
    for patient in taken:
        point = None if centres is None else centres.get(patient.patient_id)
        rows.append(clinical_row(patient) | ({} if point is None else {"nodule": point_text(point)}))
    exclusions = [*labels.exclusions, *label_exclusions(labels.patients, selection)]
    return CollectionTable(tuple(taken), tuple(rows), tuple(exclusions))


def clinical_row(patient: LabelledPatient) -> dict[str, str]:
    """The patient's part of a row."""
    return {
        "patient_id": patient.patient_id,
        "age": "" if patient.age_years is None else f"{patient.age_years:g}",
        "sex": patient.sex or "",
        "smoking": patient.smoking or "",
        "EGFR": patient.status["EGFR"],
        "KRAS": patient.status["KRAS"],
        "site": patient.affiliation,
        "ALK": patient.status["ALK"],
        "histology": patient.histology,
        "T": patient.t,
        "N": patient.n,
        "M": patient.m,
        "stage": patient.stage,
        "stage_edition": COLLECTION_EDITION if patient.stage else "",
        "ground_glass": patient.ground_glass,
        "pack_years": patient.pack_years,
        "paper_162": "yes" if is_of_paper(patient.patient_id) else "no",
    }


def label_exclusions(patients: Iterable[LabelledPatient], selection: Selection) -> list[Exclusion]:
    """What the label file alone says against counting a patient."""
    exclusions = []
    for patient in patients:
        if not is_of_paper(patient.patient_id):
            stage = "they are here" if is_staged(patient) else "here they are not"
            reason = f"not so: {RULE_OF_ARM}; {RULE_OF_STAGE}: {stage}"
            exclusions.append(Exclusion(patient.patient_id, FROM_PAPER, reason))
            if selection == "paper":
                exclusions.append(Exclusion(patient.patient_id, FROM_TABLE, "asked for the paper's patients alone"))
        for gene in GENES:
            if patient.status[gene] not in {"mutant", "wild type"}:
                exclusions.append(Exclusion(patient.patient_id, f"figures of {gene}", f"{gene} {patient.status[gene]}"))
    return exclusions


def status_counts(patients: Sequence[LabelledPatient], gene: str) -> dict[str, int]:
    """How many patients have each status of a gene."""
    words = ("mutant", "wild type", "unknown", "not collected")
    return {word: sum(patient.status[gene] == word for patient in patients) for word in words}
