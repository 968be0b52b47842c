"""A detector of leaks: what a protocol fits must not move when patients whom it holds out become other patients."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow

RowProtocol = Callable[[Sequence[PatientRow], NDArray[np.bool_]], Any]
"""All rows and which of them are held out; gives what was fitted, as plain JSON values."""

ArrayProtocol = Callable[[NDArray[Any], NDArray[np.bool_]], Any]
"""All inputs, patients on the first axis, and which patients are held out; gives what was fitted."""


def sees_held_out_rows(protocol: RowProtocol, rows: Sequence[PatientRow], held_out: NDArray[np.bool_]) -> bool:
    """True where a protocol fits something else when all held-out patients are young women than when old men.

    They also smoke or not, and have the lowest or the highest value of every further column; their labels stay.
    """
    worlds = [
        [_exchanged(rows, row, first) if held else row for row, held in zip(rows, held_out, strict=True)]
        for first in (True, False)
    ]
    return _plain(protocol(worlds[0], held_out)) != _plain(protocol(worlds[1], held_out))


def sees_held_out_values(protocol: ArrayProtocol, values: NDArray[Any], held_out: NDArray[np.bool_]) -> bool:
    """True where a protocol fits something else when held-out patients' values (patients, ...) are mirrored."""
    others = values.copy()
    others[held_out] = values.max() - (others[held_out] - values.min())
    return _plain(protocol(values, held_out)) != _plain(protocol(others, held_out))


def _exchanged(rows: Sequence[PatientRow], row: PatientRow, first: bool) -> PatientRow:
    """Somebody else in the same place of the cohort, with values that other patients have."""
    end = min if first else max
    return replace(
        row,
        age_years=45.0 if first else 80.0,
        sex="female" if first else "male",
        smoking=first,
        extra={name: end(other.extra[name] for other in rows) for name in row.extra},
    )


def _plain(fitted: Any) -> str:
    return json.dumps(fitted, sort_keys=True)
