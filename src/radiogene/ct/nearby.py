"""Cubes around centres near a nodule, from the voxels that were read for its own: no slice is read twice."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.parallel_axes import SPLINE_ORDER
from radiogene.ct.resampling import Neighbourhood, ResampledCube, neighbourhood, resample_cube, sample_offsets_mm
from radiogene.ct.scan import Scan

LEAST_MARGIN_VOXELS = 2 * SPLINE_ORDER
"""Voxels beyond the samples that must have been read: its edge is then off by 0.04% of a step (0.27^6)."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What was read around a nodule, and the scan that it is of.

    Attributes:
        scan: whose slices are read again only where a centre lies too far off.
        read: the part that was read.
    """

    scan: Scan
    read: Neighbourhood

    def cube(self, centre_lps_mm: NDArray[np.float64]) -> ResampledCube:
        """The cube around another centre; see `resample_cube`.

        Args:
            centre_lps_mm: (3,) in LPS mm.
        """
        return resample_cube(self._part() if self._holds(centre_lps_mm) else self.scan, centre_lps_mm)

    def _part(self) -> Scan:
        """The part that was read, as a scan of its own."""
        crop, first = self.read.crop_kji, self.read.first_ijk
        grid = self.scan.grid.cropped(first, first + np.array(crop.shape[::-1]))
        return Scan(grid, lambda start, stop: crop[start:stop], self.scan.source)

    def _holds(self, centre_lps_mm: NDArray[np.float64]) -> bool:
        """Whether all voxels that the cube depends on were read, or do not exist."""
        shape = np.asarray(self.scan.grid.shape_ijk)
        # The grid is affine: the corners of the cube are its extremes on every axis.
        ends = sample_offsets_mm()[[0, -1]]
        index_ijk = self.scan.grid.to_index_ijk(centre_lps_mm + np.array(list(product(ends, repeat=3))))
        first, stop = neighbourhood(index_ijk, self.scan.grid, LEAST_MARGIN_VOXELS)
        read_first = self.read.first_ijk
        read_stop = np.minimum(read_first + np.array(self.read.crop_kji.shape[::-1]), shape)
        return bool(np.all(first >= read_first) and np.all(stop <= read_stop))
