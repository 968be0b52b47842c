"""What columns of a cohort's table say of each nodule: 1, 0 or unknown."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.cohort.table.label_words import UnreadableValueError, read_gene
from radiogene.errors import CohortError, SettingsError
from radiogene.evaluation.predictions import UNKNOWN, label_table


def column_labels(nodules: PreparedCohort, columns: Sequence[str]) -> NDArray[np.int8]:
    """The labels (N, G) int8: 1, 0, or -1 where unknown.

    A gene column is the patient's, as everywhere: known in one row, it holds for all nodules. Any further column is the
    nodule's own, read by the words of a gene column.

    Args:
        nodules: N nodules, each an entry of its own.
        columns: G names.

    Raises:
        SettingsError: a column that the table does not have.
        CohortError: a value that says neither 1 nor 0 nor nothing.
    """
    rows = nodules.rows
    genes = {name for row in rows for name in row.labels}
    further = {name for row in rows for name in row.extra}
    table = np.full((len(rows), len(columns)), UNKNOWN, dtype=np.int8)
    for number, column in enumerate(columns):
        if column in genes:
            table[:, number] = label_table(rows, (column,))[:, 0]
        elif column in further:
            table[:, number] = [_own_label(row, column) for row in rows]
        else:
            there = ", ".join(sorted(genes | further)) or "none"
            raise SettingsError(f"The store's table has no column {column!r}; it has {there} (`columns`).")
    return table


def _own_label(row: PatientRow, column: str) -> int:
    try:
        label = read_gene(row.extra.get(column, ""))
    except UnreadableValueError as error:
        raise CohortError(
            f"Line {row.row_number} of the store's table, {column}: found {error.found}; wanted {error.wanted}."
        ) from error
    return UNKNOWN if label is None else label
