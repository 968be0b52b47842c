"""The nodules of a cohort a few at a time, so that a large cohort needs little memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow

READ_AT_ONCE = 256
"""Cubes in memory at a time: 128 MiB."""


@dataclass(frozen=True, eq=False)
class CubeBlock:
    """Some nodules.

    Attributes:
        cubes_zyx: (B, 64, 64, 64) int16 HU.
        rows: B patients' values.
    """

    cubes_zyx: NDArray[np.int16]
    rows: tuple[PatientRow, ...]


def cube_blocks(cohort: PreparedCohort) -> Iterator[CubeBlock]:
    """All nodules of a cohort, in the order of `PreparedCohort.rows`, in blocks."""
    positions = [index for indexes in cohort.nodules for index in indexes]
    for start in range(0, len(positions), READ_AT_ONCE):
        chosen = positions[start : start + READ_AT_ONCE]
        rows = tuple(cohort.source.records[index].row for index in chosen)
        yield CubeBlock(np.stack([cohort.source.cube(index) for index in chosen]), rows)
