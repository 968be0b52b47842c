"""The patients of TCGA-LUAD as rows of a cohort: age, sex, smoking, stage group, EGFR and KRAS; no images.

What differs from NSCLC Radiogenomics, and cannot be undone: adenocarcinoma alone; many hospitals; age at the initial
pathological diagnosis; stages of the edition in use at each diagnosis, which the table does not name; a gene counts as
mutant for any protein change that sequencing found, where a clinic tests for known places.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from patients.collection_patients import BROAD_STAGE, BROAD_STAGES, HISTOLOGY, STAGE
from radiogene.cohort.row import PatientRow, SmokingStatus
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import GENES
from radiogene.cohort.table.label_words import is_unknown, plain, read_age, read_sex, read_smoking
from radiogene.errors import CohortError

PATIENT = "patient"
AGE = "age_at_initial_pathologic_diagnosis"
SEX = "gender"
SMOKING_CODE, SMOKING_WORDS = "tobacco_smoking_history", "tobacco_smoking_history_indicator"
PATHOLOGIC_STAGE = "pathologic_stage"
HISTOLOGICAL_TYPE = "histological_type"
COLUMNS = (PATIENT, AGE, SEX, SMOKING_CODE, SMOKING_WORDS, PATHOLOGIC_STAGE, HISTOLOGICAL_TYPE, *GENES)

SMOKING_CODES: Mapping[str, SmokingStatus | None] = {
    "": None,
    "1": "never",
    "2": "current",
    "3": "former",
    "4": "former",
    "5": "former",
}
"""1 lifelong non-smoker, 2 current, 3 reformed for over 15 years, 4 for 15 years or less, 5 for an unknown time."""

DISCREPANCY = "[Discrepancy]"
"""TCGA's word for a stage that contradicts T, N and M: unknown."""

STAGE_WORD = re.compile(r"Stage (\w+)")
NOT_MUTATED = "none"
PROTEIN_CHANGE = re.compile(r"p\.[\w*>_-]+")
"""HGVS and the older way: `p.G12C`, `p.ELREA746del`, `p.773_774insH`, `p.709_710ET>D`, `p.G327_splice`."""


@dataclass(frozen=True)
class TcgaPatients:
    """The patients of the table.

    Attributes:
        rows: one each, in the table's order.
        remarks: about values that contradict each other, one sentence each; the code of smoking is followed.
    """

    rows: tuple[PatientRow, ...]
    remarks: tuple[str, ...]


def tcga_patients(table: Path) -> TcgaPatients:
    """Every patient of the table.

    Raises:
        CohortError: a missing column, a patient twice, or a value that is not known from this table.
    """
    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise CohortError(f"{table}: no column {missing[0]!r}; expected {', '.join(COLUMNS)}.")
        lines = [(reader.line_num, line) for line in reader]
    identifiers = [line[PATIENT] for _, line in lines]
    twice = next((name for name in identifiers if identifiers.count(name) > 1), None)
    if twice is not None:
        raise CohortError(f"{table}: patient {twice!r} stands there twice; expected one line per patient.")
    rows = tuple(_row(table, number, line) for number, line in lines)
    remarks = tuple(remark for _, line in lines if (remark := _smoking_remark(line)))
    return TcgaPatients(rows, remarks)


def broad_stage(text: str) -> str:
    """I, II, III or IV of `Stage IIIA` and the like; empty where it is unknown.

    Raises:
        CohortError: another word.
    """
    if is_unknown(text) or text == DISCREPANCY:
        return ""
    found = STAGE_WORD.fullmatch(text)
    if found is None or found[1] not in BROAD_STAGES:
        raise CohortError(f"found the stage {text!r}; expected Stage I to Stage IV, {DISCREPANCY}, or nothing")
    return BROAD_STAGES[found[1]]


def mutation_label(text: str) -> int:
    """1 where the cell names protein changes, 0 for `none`.

    Raises:
        CohortError: anything else; an empty cell, too: the table has none, and it would not say wild type.
    """
    if text == NOT_MUTATED:
        return 0
    if text and all(PROTEIN_CHANGE.fullmatch(change) for change in text.split(", ")):
        return 1
    raise CohortError(f"found the mutation {text!r}; expected `none` or protein changes such as p.G12C")


def _row(table: Path, number: int, line: Mapping[str, str]) -> PatientRow:
    """The row of one line."""
    try:
        if line[SMOKING_CODE] not in SMOKING_CODES:
            raise CohortError(f"found the smoking code {line[SMOKING_CODE]!r}; expected 1 to 5 or nothing")
        smoking = SMOKING_CODES[line[SMOKING_CODE]]
        stage = broad_stage(line[PATHOLOGIC_STAGE])
        return PatientRow(
            patient_id=line[PATIENT],
            row_number=number,
            age_years=read_age(line[AGE]),
            sex=read_sex(line[SEX]),
            smoking=None if smoking is None else smoking != "never",
            smoking_status=smoking,
            labels={gene: mutation_label(line[gene]) for gene in GENES},
            site="TCGA",
            extra={STAGE: line[PATHOLOGIC_STAGE], BROAD_STAGE: stage, HISTOLOGY: line[HISTOLOGICAL_TYPE]},
        )
    except CohortError as error:
        raise CohortError(f"{table}, line {number}: {error}") from error


def _smoking_remark(line: Mapping[str, str]) -> str:
    """What is to be said where code and words of smoking disagree; empty where they agree or one is missing."""
    code, words = SMOKING_CODES[line[SMOKING_CODE]], line[SMOKING_WORDS]
    if code is None or is_unknown(words) or read_smoking(words).status == code:
        return ""
    return f"{line[PATIENT]}: code {line[SMOKING_CODE]} ({code}), but {plain(words)!r}"
