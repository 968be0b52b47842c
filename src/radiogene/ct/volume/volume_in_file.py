"""A volume as one file holds it, before it is known to be a CT."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.geometry import VoxelGrid


@dataclass(frozen=True, eq=False)
class VolumeInFile:
    """Values and grid of a volume file.

    Attributes:
        grid: in LPS mm, of either handedness.
        volume_zyx: (slices, rows, columns) in the file's own number type.
    """

    grid: VoxelGrid
    volume_zyx: NDArray[np.generic]
