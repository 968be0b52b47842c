"""The body that contours on parallel planes enclose, each plane as deep as half the way to its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.geometry import BORDER_TOLERANCE_VOXELS
from radiogene.ct.nodule.contours import PlaneFigure
from radiogene.ct.nodule.mask import plane_of_depth

EVEN_SHARE = 0.01
EVEN_ROUNDING_MM = 0.02
"""Planes whose distances differ by less, of the smallest and in mm, are evenly spaced."""


@dataclass(frozen=True, eq=False)
class ContourPlanes:
    """Contours by plane.

    Attributes:
        axes: (3, 3) two axes in the planes and their normal, as rows.
        heights_mm: (planes,) growing distances of the planes along the normal.
        figures: what each plane encloses.
        down_mm: (planes,) how far each reaches down: half-way to the plane below it.
        up_mm: (planes,) how far each reaches up.
    """

    axes: NDArray[np.float64]
    heights_mm: NDArray[np.float64]
    figures: tuple[PlaneFigure, ...]
    down_mm: NDArray[np.float64]
    up_mm: NDArray[np.float64]

    def volume_and_first_moment(self) -> tuple[float, NDArray[np.float64]]:
        """The volume in mm3, and its first moment (3,) in mm4 along the axes, by the trapezoid rule over the planes."""
        volume_mm3, first = 0.0, np.zeros(3)
        depths = self.down_mm + self.up_mm
        # A plane's depth is a factor only where depths differ, so that even planes keep their last bits.
        even_mm = float(depths[0]) if np.ptp(depths) == 0 else None
        factors = repeat(1.0) if even_mm is not None else depths.tolist()
        for height, figure, factor in zip(self.heights_mm, self.figures, factors, strict=False):
            moments = figure.moments()
            volume_mm3 += moments.area_mm2 * factor
            first += np.append(moments.first_uv_mm3, moments.area_mm2 * height) * factor
        scale = 1.0 if even_mm is None else even_mm
        return volume_mm3 * scale, first * scale

    def contains(self, points_lps_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points (..., 3) in LPS mm lie within the contours of the plane whose depth they share: bool (...)."""
        # Points on an edge, but for rounding, count as beyond it, as they do between voxels.
        points = points_lps_mm.reshape(-1, 3) @ self.axes.T + BORDER_TOLERANCE_VOXELS
        planes = plane_of_depth(points[:, 2], self.heights_mm, self.down_mm, self.up_mm)
        inside = np.zeros(len(points), dtype=bool)
        for plane, figure in enumerate(self.figures):
            here = np.flatnonzero(planes == plane)
            inside[here] = figure.contains(points[here, :2])
        return inside.reshape(points_lps_mm.shape[:-1])


def plane_reaches_mm(
    heights_mm: NDArray[np.float64], usual_mm: float, touching_mm: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far planes reach down and up (planes,): half-way to a neighbour, at an end as far as on the other side.

    Args:
        heights_mm: (planes,) growing distances along the normal.
        usual_mm: depth of a plane without a neighbour.
        touching_mm: planes further apart are no neighbours.
    """
    gaps = np.diff(heights_mm)
    if not gaps.size or np.ptp(gaps) <= EVEN_SHARE * gaps.min() + EVEN_ROUNDING_MM:
        half = np.full(len(heights_mm), usual_mm / 2 if not gaps.size else min(usual_mm, float(gaps.min())) / 2)
        return half, half
    halves = np.where(gaps <= touching_mm, gaps / 2, np.nan)
    down, up = np.concatenate([[np.nan], halves]), np.concatenate([halves, [np.nan]])
    usual = np.full_like(down, usual_mm / 2)
    return _first_known(down, up, usual), _first_known(up, down, usual)


def _first_known(*values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each place the first value that is not NaN."""
    return _merged(values)


def _merged(values: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    first, *others = values
    return first if not others else np.where(np.isnan(first), _merged(others), first)
