"""A place that a file marks as nodule, and the body that fills it: which points of the patient lie inside."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

CUBIC_MM_PER_ML = 1000.0


class Body(Protocol):
    """A part of the patient, marked by voxels or by contours."""

    def contains(self, points_lps_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points (..., 3) in LPS mm lie inside: bool (...)."""


@dataclass(frozen=True, eq=False)
class Region:
    """A place in the patient that a segment, a component of one or a contoured point marks.

    Attributes:
        centre_lps_mm: (3,) float64, mean of the voxel centres or area-weighted mean of the contours.
        extent_mm: (3,) float64, size of the bounding box along L, P, H with whole voxels; None for a point.
        volume_ml: volume; None for a point.
        body: what it fills; None for a point.
        notes: what was decided in putting it together, in words for the result.
    """

    centre_lps_mm: NDArray[np.float64]
    extent_mm: NDArray[np.float64] | None = None
    volume_ml: float | None = None
    body: Body | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Components:
    """The separate parts of a segment.

    Attributes:
        total: how many there are.
        largest: the first of them by falling volume.
    """

    total: int
    largest: tuple[Region, ...]
