"""Which of the collection's 211 patients are the paper's 162.

The paper says "CT and clinical information integrity" and names no patient. Two rules give 162 of 211:

* the identifier begins with R01-: the index of the Imaging Data Commons lists 162 of these, and 49 AMC-;
* pathological T, N and M are recorded: of the AMC- patients none has them, of the R01- patients at hand all.

Their patients also have what the paper prints of its 162: ages from 43 to 87, 43 women by their DICOM headers, one
double mutant.
"""

from collections.abc import Iterable

from radiogene.cohort.sources.nsclc_radiogenomics.label_file import LabelledPatient

PAPER_PREFIX = "R01-"
PAPER_COUNT, COLLECTION_COUNT = 162, 211

RULE_OF_ARM = f"the identifier begins with {PAPER_PREFIX}"
RULE_OF_STAGE = "pathological T, N and M are recorded"


def is_of_paper(patient_id: str) -> bool:
    """True where the patient is taken for one of the paper's 162: the rule of the arm, which holds without labels."""
    return patient_id.startswith(PAPER_PREFIX)


def is_staged(patient: LabelledPatient) -> bool:
    """True where T, N and M are all recorded."""
    return bool(patient.t and patient.n and patient.m)


def disagreeing_rules(patients: Iterable[LabelledPatient]) -> list[str]:
    """The patients that one rule takes and the other does not; none in the collection's own file as far as known."""
    return [patient.patient_id for patient in patients if is_of_paper(patient.patient_id) != is_staged(patient)]
