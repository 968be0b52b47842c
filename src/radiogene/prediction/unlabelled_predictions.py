"""Probabilities in a table of predictions, of `radiogene predict --cohort` or `radiogene evaluate`."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import CohortError
from radiogene.storage.regular_file import read_file

WANTED = "Give what `radiogene predict --cohort` wrote."


def read_probabilities(path: Path, genes: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """The probabilities (N,) of each gene that the table has, rows that failed left out.

    Args:
        path: CSV with a column GENE_probability for each gene; where there is one, GENE_prevalence is that of the
            answers, which must be one for all rows.
        genes: of the model.

    Raises:
        CohortError: no table, none of the genes, or a value that is no probability; it names the line.
    """
    try:
        rows = _rows(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CohortError(f"{path} is not readable as CSV ({error}). {WANTED}") from error
    there = [gene for gene in genes if rows and f"{gene}_probability" in rows[0]]
    if not there:
        wanted = ", ".join(f"{gene}_probability" for gene in genes)
        raise CohortError(f"{path} has {len(rows)} rows and no column {wanted}. {WANTED}")
    return {gene: _column(path, rows, f"{gene}_probability") for gene in there}


def answered_prevalence(path: Path, gene: str) -> float | None:
    """The prevalence that a table's probabilities of a gene are anchored to; None where the table does not say.

    Raises:
        CohortError: more than one, or no share.
    """
    rows = _rows(path)
    name = f"{gene}_prevalence"
    found = {value for row in rows if (value := (row.get(name) or "").strip())}
    if not found:
        return None
    if len(found) > 1:
        raise CohortError(f"{path}, column {name}: found {len(found)} different values; wanted one for all rows.")
    share = _share(path, 2, name, found.pop())
    if not 0 < share < 1:
        raise CohortError(f"{path}, column {name}: found {share:g}; wanted a share above 0 and below 1.")
    return share


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read_file(path).decode(), newline="")))


def _column(path: Path, rows: Sequence[dict[str, str]], name: str) -> NDArray[np.float64]:
    """The values of a column; an empty one is a row that failed."""
    values = [
        _share(path, line, name, text)
        for line, row in enumerate(rows, start=2)
        if (text := (row.get(name) or "").strip())
    ]
    return np.array(values, dtype=np.float64)


def _share(path: Path, line: int, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise CohortError(f"{path}, line {line}, column {name}: found {text!r}; wanted a number from 0 to 1.")
    return value
