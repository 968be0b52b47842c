"""The nodule's segment on the samples of its cube."""

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.nodule.location import Nodule
from radiogene.ct.resampling import sample_points_lps_mm


def segment_cube(nodule: Nodule) -> NDArray[np.bool_] | None:
    """The segment (64, 64, 64), axes z, y, x growing to head, back, left, 1 mm apart; None for a point.

    A sample belongs to it where its place lies in a voxel of the segment, on the mask's own grid, or within its
    contours. So no border is moved by interpolation; a segment thinner than 1 mm may have holes.

    Args:
        nodule: where it is; the cube lies around its centre.
    """
    return None if nodule.body is None else nodule.body.contains(sample_points_lps_mm(nodule.centre_lps_mm))
