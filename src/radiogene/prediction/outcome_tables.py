"""Answers and molecular results as a site has them in tables: read, checked, and turned into keyed hashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from radiogene.cohort.identity.site_key import PATIENT, SiteKey
from radiogene.cohort.table.delimited_text import read_delimited_text
from radiogene.cohort.table.label_words import UnreadableValueError, read_gene
from radiogene.errors import OutcomesError
from radiogene.prediction.outcome_record import RecordedAnswer, RecordedOutcome

PATIENT_COLUMN = "patient_id"
SYNTHETIC_COLUMN = "synthetic"


@dataclass(frozen=True)
class AnswerTable:
    """The answers of a table.

    Attributes:
        answers: one per patient.
        named: patient id of each hash.
        synthetic: True where any is of a patient who does not exist.
    """

    answers: tuple[RecordedAnswer, ...]
    named: dict[str, str]
    synthetic: bool


@dataclass(frozen=True)
class ResultTable:
    """The molecular results of a table.

    Attributes:
        outcomes: in its order.
        named: patient id of each hash.
    """

    outcomes: tuple[RecordedOutcome, ...]
    named: dict[str, str]


def read_answers(path: Path, genes: Sequence[str], key: SiteKey) -> AnswerTable:
    """The answers in a table that `radiogene predict --cohort` wrote; rows that failed are passed over.

    Args:
        path: the table.
        genes: of the model.
        key: of the site.

    Raises:
        CohortError: no readable table.
        OutcomesError: a column is missing, a value is no probability, or a patient has two different answers.
    """
    columns = [f"{gene}_probability" for gene in genes]
    rows = _rows(path, [PATIENT_COLUMN, *columns])
    answers: dict[str, RecordedAnswer] = {}
    named, synthetic = {}, False
    for line, row in rows:
        values = {gene: row[column] for gene, column in zip(genes, columns, strict=True) if row[column]}
        if len(values) < len(genes):
            continue
        patient = row[PATIENT_COLUMN]
        hashed = key.hashed(PATIENT, patient)
        answer = RecordedAnswer(hashed, {gene: _probability(path, line, text) for gene, text in values.items()})
        if answers.setdefault(hashed, answer) != answer:
            raise OutcomesError(
                f"{path.name}, line {line}: a second answer for {patient}; wanted one per patient. Keep the row of the "
                "nodule that was examined."
            )
        named[hashed] = patient
        synthetic = synthetic or row.get(SYNTHETIC_COLUMN, "").lower() == "true"
    if not answers:
        raise OutcomesError(f"{path.name} holds no answer. Give what `radiogene predict --cohort` wrote.")
    return AnswerTable(tuple(answers.values()), named, synthetic)


def read_results(path: Path, genes: Sequence[str], key: SiteKey) -> ResultTable:
    """The molecular results in a table: `patient_id` and a column for each gene, as in a cohort table.

    Args:
        path: CSV or Excel.
        genes: of the model; columns of others are passed over.
        key: of the site.

    Raises:
        CohortError: no readable table.
        OutcomesError: no column of a gene, a word that cannot be read, or a patient whose rows contradict each other.
    """
    rows = _rows(path, [PATIENT_COLUMN])
    there = [gene for gene in genes if rows and gene in rows[0][1]]
    if not there:
        raise OutcomesError(
            f"{path.name} has {len(rows)} rows and no column {' or '.join(genes)} of molecular results."
        )
    named: dict[str, str] = {}
    found: dict[tuple[str, str], tuple[int, int]] = {}
    outcomes = []
    for line, row in rows:
        patient = row[PATIENT_COLUMN]
        hashed = key.hashed(PATIENT, patient)
        named[hashed] = patient
        for gene in there:
            try:
                status = read_gene(row[gene])
            except UnreadableValueError as error:
                raise OutcomesError(f"{path.name}, line {line}, column {gene}: {error}") from error
            if status is None:
                continue
            before = found.get((hashed, gene))
            if before is None:
                found[hashed, gene] = (status, line)
                outcomes.append(RecordedOutcome(hashed, gene, bool(status)))
            elif before[0] != status:
                raise OutcomesError(
                    f"{path.name}: lines {before[1]} and {line} contradict each other in {gene} of {patient}. Correct "
                    "the table."
                )
    if not outcomes:
        raise OutcomesError(f"{path.name} holds no molecular result of {' or '.join(there)}.")
    return ResultTable(tuple(outcomes), named)


def _rows(path: Path, wanted: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Line and cells by column of each record that has a patient."""
    table = read_delimited_text(path, path.name, wanted)
    header = [name.strip() for name in table.header.cells]
    missing = [name for name in wanted if name not in header]
    if missing:
        raise OutcomesError(f"{path.name} has no column {', '.join(missing)}; found {', '.join(header)}.")
    rows = []
    for record in table.records:
        cells = dict(zip(header, record.cells, strict=False))
        row = {name: cells.get(name, "") for name in header}
        if not row[PATIENT_COLUMN]:
            raise OutcomesError(f"{path.name}, line {record.line}: no {PATIENT_COLUMN}.")
        rows.append((record.line, row))
    return rows


def _probability(path: Path, line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not 0 <= value <= 1:
        raise OutcomesError(f"{path.name}, line {line}: found {text!r}; wanted a probability from 0 to 1.")
    return value
