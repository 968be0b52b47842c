"""Out-of-fold predictions as a CSV table, one row per patient and seed: the one writer, and the one reader."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from radiogene.errors import CohortError, WeightsError
from radiogene.evaluation.held_out import OUT_OF_FOLD, CrossValidation, HeldOutPredictions
from radiogene.evaluation.predictions import UNKNOWN, Predictions, predictions_table
from radiogene.storage.checked_files import LARGEST_JSON_BYTES
from radiogene.storage.regular_file import read_file

PATIENT = "patient_id"
CASE = "case"
"""Heading of the first column: identifiers, or, in a model folder, numbers in their place."""


def held_out_table(held_out: HeldOutPredictions, first_column: str = PATIENT) -> str:
    """The CSV text: patient, seed, fold, then label (empty where unknown) and probability of every gene.

    Args:
        held_out: with a cross-validation for each seed.
        first_column: heading of the identifiers.
    """
    texts = []
    for number, run in enumerate(held_out.runs):
        columns = {"seed": [run.seed] * len(run.folds), "fold": run.folds.tolist()}
        texts.append(predictions_table(run.predictions, columns, header=number == 0, first_column=first_column))
    return "".join(texts)


@dataclass(frozen=True)
class _Line:
    """One row of the table: a case in one seed's cross-validation; labels and probabilities of G genes."""

    case: str
    seed: int
    fold: int
    labels: tuple[int, ...]
    probabilities: tuple[float, ...]


def read_held_out_table(path: Path, genes: Sequence[str]) -> HeldOutPredictions:
    """The predictions in the table of a model folder; a patient's mean is that over the seeds.

    Args:
        path: `out_of_fold.csv`.
        genes: of the model, in its order.

    Raises:
        WeightsError: another header, a value that cannot be meant, a case that is not there once per seed, or one
            whose labels differ between seeds; it names the line.
    """
    if path.stat().st_size > LARGEST_JSON_BYTES:
        raise WeightsError(f"{path} is {path.stat().st_size} bytes long: that is no {path.name} of ours.")
    try:
        text = read_file(path).decode()
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise WeightsError(f"{path} is not readable as CSV: {error}. Copy the whole model folder again.") from error
    header = [CASE, "seed", "fold", *(f"{gene}_{what}" for gene in genes for what in ("label", "probability"))]
    if not rows or rows[0] != header:
        raise WeightsError(f"{path}: found the columns {rows[0] if rows else []}; wanted {header}.")
    if not text.endswith("\n"):
        raise WeightsError(f"{path}, line {len(rows)} has no end: the file was cut. Copy the whole model folder again.")
    lines = [_line(path, number, row, len(genes)) for number, row in enumerate(rows[1:], start=2)]
    runs: dict[int, dict[str, _Line]] = {}
    for number, line in enumerate(lines, start=2):
        if runs.setdefault(line.seed, {}).setdefault(line.case, line) is not line:
            raise WeightsError(f"{path}, line {number}: case {line.case} stands twice under seed {line.seed}.")
    return _joined(path, tuple(genes), runs)


def _line(path: Path, number: int, row: Sequence[str], genes: int) -> _Line:
    """One row, checked."""
    if len(row) != 3 + 2 * genes:
        raise WeightsError(f"{path}, line {number}: found {len(row)} values; wanted {3 + 2 * genes}.")
    labels, probabilities = row[3::2], row[4::2]
    try:
        found = _Line(
            row[0],
            int(row[1]),
            int(row[2]),
            tuple({"": UNKNOWN, "0": 0, "1": 1}[label] for label in labels),
            tuple(float(probability) for probability in probabilities),
        )
    except (KeyError, ValueError) as error:
        raise WeightsError(
            f"{path}, line {number}: {error} is no number or label (1, 0 or empty). Copy the whole model folder again."
        ) from error
    if not all(0 <= probability <= 1 for probability in found.probabilities):
        raise WeightsError(f"{path}, line {number}: found probabilities {probabilities}; from 0 to 1 were wanted.")
    return found


def _joined(path: Path, genes: tuple[str, ...], runs: dict[int, dict[str, _Line]]) -> HeldOutPredictions:
    """The mean over the seeds of every case."""
    first = next(iter(runs.values()), {})
    for seed, run in runs.items():
        if set(run) != set(first):
            raise WeightsError(f"{path}: seed {seed} has {len(run)} cases and others than the first seed. Train again.")
        for case, line in run.items():
            if line.labels != first[case].labels:
                raise WeightsError(
                    f"{path}: case {case} has other labels under seed {seed} than under the first seed, so its mean "
                    "over the seeds is not known. Train again."
                )
    if len({line.fold for line in first.values()}) < 2:
        raise WeightsError(f"{path} holds {len(first)} cases of less than two folds. Train again with `folds` 5.")
    cases = tuple(first)
    labels = np.array([line.labels for line in first.values()], dtype=np.int8)
    probabilities = np.array([[run[case].probabilities for case in cases] for run in runs.values()])
    try:
        each = [Predictions(cases, genes, of_run, labels) for of_run in probabilities]
        mean = Predictions(cases, genes, np.mean(probabilities, axis=0), labels)
    except CohortError as error:
        raise WeightsError(f"{path}: {error}") from error
    folds = [np.array([run[case].fold for case in cases], dtype=np.int64) for run in runs.values()]
    validations = (
        CrossValidation(seed, predictions, of_run) for seed, predictions, of_run in zip(runs, each, folds, strict=True)
    )
    return HeldOutPredictions(mean, OUT_OF_FOLD, tuple(validations))
