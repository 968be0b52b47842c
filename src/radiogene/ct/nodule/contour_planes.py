"""The body that contours on parallel planes enclose, each plane as deep as the distance between planes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.geometry import BORDER_TOLERANCE_VOXELS
from radiogene.ct.nodule.contours import even_odd_moments, inside_even_odd
from radiogene.ct.nodule.mask import plane_of_depth


@dataclass(frozen=True, eq=False)
class ContourPlanes:
    """Contours by plane; those on one plane combine by XOR.

    Attributes:
        axes: (3, 3) two axes in the planes and their normal, as rows.
        heights_mm: (planes,) growing distances of the planes along the normal.
        polygons_uv: per plane its polygons (n, 2) in mm.
        depth_mm: of every plane. A plane that a reader left out between two others stays empty, as in the volume.
    """

    axes: NDArray[np.float64]
    heights_mm: NDArray[np.float64]
    polygons_uv: tuple[Sequence[NDArray[np.float64]], ...]
    depth_mm: float

    def area_and_first_moment(self) -> tuple[float, NDArray[np.float64]]:
        """The area of all planes in mm2, and its first moment (3,) in mm3 along the axes."""
        area_mm2, first = 0.0, np.zeros(3)
        for height, polygons in zip(self.heights_mm, self.polygons_uv, strict=True):
            moments = even_odd_moments(polygons)
            area_mm2 += moments.area_mm2
            first += np.append(moments.first_uv_mm3, moments.area_mm2 * height)
        return area_mm2, first

    def contains(self, points_lps_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points (..., 3) in LPS mm lie within the contours of the plane whose depth they share: bool (...)."""
        # Points on an edge, but for rounding, count as beyond it, as they do between voxels.
        points = points_lps_mm.reshape(-1, 3) @ self.axes.T + BORDER_TOLERANCE_VOXELS
        reach = np.full(len(self.heights_mm), self.depth_mm / 2)
        planes = plane_of_depth(points[:, 2], self.heights_mm, reach, reach)
        inside = np.zeros(len(points), dtype=bool)
        for plane, polygons in enumerate(self.polygons_uv):
            here = np.flatnonzero(planes == plane)
            inside[here] = inside_even_odd(points[here, :2], polygons)
        return inside.reshape(points_lps_mm.shape[:-1])
