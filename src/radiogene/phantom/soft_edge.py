"""Edges as a scanner sees them: smeared over about one voxel."""

import numpy as np
from numpy.typing import NDArray


def share_inside(depth_mm: NDArray[np.floating], edge_mm: float) -> NDArray[np.floating]:
    """How much of a voxel lies inside, 0 to 1, by its centre's depth below the surface.

    Args:
        depth_mm: positive inside.
        edge_mm: width over which the edge is smeared.
    """
    return np.clip(depth_mm / edge_mm + 0.5, 0, 1)


def blend(part_hu: NDArray[np.float32], other_hu: NDArray[np.floating] | float, share: NDArray[np.floating]) -> None:
    """Moves `part_hu`, in place, to `other_hu` by a share of 0 to 1; shapes broadcast to `part_hu`."""
    part_hu += (other_hu - part_hu) * share
