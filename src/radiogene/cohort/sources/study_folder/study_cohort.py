"""From a folder of studies and a clinical table to a cohort table, and everything that could not be matched."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from radiogene.cohort.sources.image_tree.header_cache import HeaderCache
from radiogene.cohort.sources.image_tree.image_tree import ImageTree, scan_tree
from radiogene.cohort.sources.series.patient_series import PatientSeries, choose_patient_series
from radiogene.cohort.sources.series.series_rules import SeriesWishes
from radiogene.cohort.sources.series.series_table import write_series_table
from radiogene.cohort.sources.study_folder.clinical_table import ClinicalTable, read_clinical_table
from radiogene.cohort.sources.study_folder.patient_match import PatientMatches, match_patients
from radiogene.cohort.sources.study_folder.scan_rows import (
    NO_NODULE,
    SCAN_COLUMNS,
    moved_nodule,
    nodule_cells,
    scan_cells,
)
from radiogene.cohort.sources.table_file import beside, write_table
from radiogene.cohort.table.problem import Problem
from radiogene.parallel.workers import Workers

UNMATCHED_COLUMNS = ("what", "name", "reason")

OF_TABLE = "patient of the table"
OF_TREE = "studies of nobody in the table"
MARKING = "marking"
DAMAGED = "damaged file"
PASSED_OVER = "not looked into"


@dataclass(frozen=True)
class StudyFolder:
    """What to read, and how.

    Attributes:
        root: of the tree of studies.
        table: the clinical table.
        genes: its gene columns.
        cache: of headers; None for one beside the cohort table.
        wishes: about the choice of series.
        workers: who reads the headers.
    """

    root: Path
    table: Path
    genes: tuple[str, ...]
    cache: Path | None = None
    wishes: SeriesWishes = field(default_factory=SeriesWishes)
    workers: Workers = -1


@dataclass(frozen=True)
class StudyCohortSummary:
    """What was made of a folder.

    Attributes:
        rows: of the cohort table.
        patients: in it.
        in_table: patients of the clinical table.
        unmatched: lines of the table of what could not be matched.
        problems: of the clinical table.
    """

    rows: int
    patients: int
    in_table: int
    unmatched: tuple[dict[str, str], ...]
    problems: tuple[Problem, ...]
    tree: ImageTree

    @property
    def patients_without_row(self) -> int:
        """Patients of the clinical table that the cohort table lacks."""
        return self.in_table - self.patients

    def lines(self) -> list[str]:
        """The summary for the terminal."""
        tree = self.tree
        counts = {
            what: sum(line["what"] == what for line in self.unmatched)
            for what in (OF_TREE, MARKING, DAMAGED, PASSED_OVER)
        }
        return [
            *tree.lines(),
            f"{self.patients} of {self.in_table} patients of the table in the cohort table ({self.rows} rows)",
            *(f"  {what}: {count}" for what, count in counts.items() if count),
        ]


def write_study_cohort(
    source: StudyFolder, out: Path, progress: Callable[[int, int], None] | None = None
) -> StudyCohortSummary:
    """The summary of a cohort table that has been written, with its series and what could not be matched beside it.

    Args:
        source: what to read.
        out: the table.
        progress: called with files done and all files to read.

    Raises:
        CohortTableError: the clinical table cannot be read at all.
        SeriesError: no such folder.
    """
    table = read_clinical_table(source.table, source.genes)
    cache = HeaderCache(source.cache or beside(out, "headers", ".sqlite"))
    tree = scan_tree(source.root, cache, names=[*table.rows], workers=source.workers, progress=progress)
    matches = match_patients(table.rows, tree.patients)
    choices = {
        patient_id: choose_patient_series(
            tree.patients[key].series,
            tree.patients[key].markings,
            ct_date=table.ct_date(patient_id),
            named=table.series(patient_id),
            wishes=source.wishes,
        )
        for patient_id, key in matches.key_of.items()
    }
    reasons = dict(table.excluded) | matches.unmatched
    rows: list[dict[str, str]] = []
    for patient_id, choice in choices.items():
        rows_of_patient = list(_rows(source, table, tree, matches, patient_id, choice, out))
        rows += [row for row in rows_of_patient if row.get("nodule")]
        if not any(row.get("nodule") for row in rows_of_patient):
            reasons[patient_id] = _reason_without_row(choice)
    unmatched = [*_unmatched(reasons, choices, matches, tree)]
    columns = [
        "patient_id",
        *SCAN_COLUMNS,
        *(name for name in table.columns if name not in {"patient_id", *SCAN_COLUMNS}),
    ]
    write_table(out, [*columns, "series_description", "series_notes"], rows)
    write_series_table(beside(out, "series"), choices)
    write_table(beside(out, "unmatched"), UNMATCHED_COLUMNS, unmatched)
    return StudyCohortSummary(
        rows=len(rows),
        patients=len({row["patient_id"] for row in rows}),
        in_table=len(table.rows) + len(table.excluded),
        unmatched=tuple(unmatched),
        problems=table.problems,
        tree=tree,
    )


def _rows(
    source: StudyFolder,
    table: ClinicalTable,
    tree: ImageTree,
    matches: PatientMatches,
    patient_id: str,
    choice: PatientSeries,
    out: Path,
) -> Iterator[dict[str, str]]:
    """The patient's rows: one per line of the table that names a nodule, else one per marking of the series."""
    if choice.chosen is None:
        return
    patient = tree.patients[matches.key_of[patient_id]]
    scan = scan_cells(patient, choice, out.parent)
    said = {"series_description": choice.chosen.description, "series_notes": "; ".join(choice.notes)}
    lines = table.rows[patient_id]
    named = [line for line in lines if line.get("nodule")]
    for line in named:
        yield {**line, **scan, **said, "nodule": moved_nodule(line, source.table.parent, out.parent)}
    if not named:
        for nodule in nodule_cells(choice, out.parent):
            yield {**lines[0], **scan, **said, "nodule": nodule}


def _reason_without_row(choice: PatientSeries) -> str:
    """Why a patient that was matched has no row."""
    return choice.reason_for_none if choice.chosen is None else f"{NO_NODULE} (series {choice.chosen.name})"


def _unmatched(
    reasons: dict[str, str], choices: dict[str, PatientSeries], matches: PatientMatches, tree: ImageTree
) -> Iterator[dict[str, str]]:
    """Every patient, study, marking and file that came to nothing."""
    for patient_id, reason in reasons.items():
        yield {"what": OF_TABLE, "name": patient_id, "reason": reason}
    for key in matches.left_over:
        folder = next(iter(tree.patients[key].folders), Path())
        yield {"what": OF_TREE, "name": str(folder), "reason": "no patient of the table has this ID or folder"}
    for patient_id, choice in choices.items():
        for problem in choice.problems:
            yield {"what": MARKING, "name": patient_id, "reason": problem}
    for file in tree.damaged:
        yield {"what": DAMAGED, "name": str(file.path.relative_to(tree.root)), "reason": file.reason}
    for name, reason in tree.passed_over:
        yield {"what": PASSED_OVER, "name": name, "reason": reason}
