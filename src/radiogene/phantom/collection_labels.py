"""The label file of a synthetic collection: the columns and words of the real one, for patients that do not exist."""

from radiogene.phantom.patient import ClinicalValues

LABEL_COLUMNS = (
    "Case ID",
    "Patient affiliation",
    "Age at Histological Diagnosis",
    "Weight (lbs)",
    "Gender",
    "Ethnicity",
    "Smoking status",
    "Pack Years",
    "Quit Smoking Year",
    "%GG",
    "Tumor Location (choice=RUL)",
    "Tumor Location (choice=RML)",
    "Tumor Location (choice=RLL)",
    "Tumor Location (choice=LUL)",
    "Tumor Location (choice=LLL)",
    "Tumor Location (choice=L Lingula)",
    "Tumor Location (choice=Unknown)",
    "Histology ",
    "Pathological T stage",
    "Pathological N stage",
    "Pathological M stage",
    "Histopathological Grade",
    "Lymphovascular invasion",
    "Pleural invasion (elastic, visceral, or parietal)",
    "EGFR mutation status",
    "KRAS mutation status",
    "ALK translocation status",
    "Adjuvant Treatment",
    "Chemotherapy",
    "Radiation",
    "Recurrence",
    "Recurrence Location",
    "Date of Recurrence",
    "Date of Last Known Alive",
    "Survival Status",
    "Date of Death",
    "Time to Death (days)",
    "CT Date",
    "Days between CT and surgery",
    "PET Date",
)
"""As in the collection's file, the blank behind Histology included."""

ARM_OF_SPECIALISTS = (3, 4)
"""Patients 4, 8, ... are of the AMC- arm, which has no segmentation and no stage: remainder and divisor."""

SEVENTH_EDITION_T = {"T1mi": "T1a", "T1b": "T1a", "T1c": "T1b"}
"""The phantom stages by the 8th edition, the collection by the 7th: up to 20 mm is T1a there, up to 30 mm T1b."""

SEVENTH_EDITION_M = {"M1c": "M1b"}

SMOKING_WORDS = {"never": "Nonsmoker", "former": "Former", "current": "Current"}
STATUS_WORDS = {1: "Mutant", 0: "Wildtype", None: "Unknown"}
NOT_COLLECTED = "Not Collected"


def collection_id(index: int) -> str:
    """The identifier in the collection's form of a patient's number, counted from 0."""
    is_specialist = index % ARM_OF_SPECIALISTS[1] == ARM_OF_SPECIALISTS[0]
    return f"{'AMC' if is_specialist else 'R01'}-{index + 1:03d}"


def label_cells(case_id: str, clinical: ClinicalValues) -> dict[str, str]:
    """A patient's line of the label file."""
    staged = case_id.startswith("R01")
    staging = clinical.staging
    cells = dict.fromkeys(LABEL_COLUMNS, NOT_COLLECTED)
    cells |= {
        "Case ID": case_id,
        "Patient affiliation": "Stanford",
        "Age at Histological Diagnosis": "" if clinical.age_years is None else str(clinical.age_years),
        "Gender": (clinical.sex or "").capitalize(),
        "Smoking status": SMOKING_WORDS.get(clinical.smoking or "", ""),
        "Histology ": "Adenocarcinoma",
        "Pathological T stage": SEVENTH_EDITION_T.get(staging.t, staging.t) if staged else NOT_COLLECTED,
        "Pathological N stage": staging.n if staged else NOT_COLLECTED,
        "Pathological M stage": SEVENTH_EDITION_M.get(staging.m, staging.m) if staged else NOT_COLLECTED,
        "EGFR mutation status": STATUS_WORDS[clinical.egfr],
        "KRAS mutation status": STATUS_WORDS[clinical.kras],
        "CT Date": "8/10/1994",
    }
    return cells
