"""Painting into a scan: edges smeared over about one voxel; vessels, airways and strands as chains of balls."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.phantom.scan_grid import ScanGrid

AIRWAY_WALL_MM = 1.6


@dataclass(frozen=True, eq=False)
class Balls:
    """Balls along a tube: centres (n, 3) as x, y, z in mm in the chest's frame, and radii (n,) in mm."""

    centres_mm: NDArray[np.float64]
    radii_mm: NDArray[np.float64]


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


def joined(parts: list[Balls]) -> Balls:
    """All balls in one."""
    return Balls(np.concatenate([part.centres_mm for part in parts]), np.concatenate([part.radii_mm for part in parts]))


def straight_tube(
    start_mm: NDArray[np.float64], stop_mm: NDArray[np.float64], radii_mm: tuple[float, float], step_mm: float = 0.8
) -> Balls:
    """The balls of a straight tube whose radius changes evenly from its start (3,) to its end (3,)."""
    count = int(np.ceil(np.linalg.norm(stop_mm - start_mm) / step_mm)) + 1
    along = np.linspace(0, 1, count)[:, None]
    return Balls(start_mm + along * (stop_mm - start_mm), radii_mm[0] + along[:, 0] * (radii_mm[1] - radii_mm[0]))


def paint_dense(volume_hu: NDArray[np.float32], grid: ScanGrid, balls: Balls, inside_hu: float) -> None:
    """Raises the volume (slices, rows, columns), in place, to the tubes where they are denser than what is there.

    Args:
        volume_hu: what is painted on.
        grid: its sampling points.
        balls: of the tubes.
        inside_hu: of the tubes.
    """
    edge_mm = grid.voxel_mm
    index = np.rint(grid.grid.to_index_ijk(balls.centres_mm + grid.offset_lps_mm)).astype(int)
    # A voxel m steps away is at least m - 1/2 voxels from the centre, which was rounded to its own voxel.
    reach = np.floor((balls.radii_mm[:, None] + edge_mm / 2) / grid.grid.spacing_mm + 0.5).astype(int)
    flat = volume_hu.reshape(-1)
    slices, rows, columns = grid.shape_zyx
    for window in np.unique(reach, axis=0):
        chosen = (reach == window).all(axis=1)
        i, j, k = (index[chosen, axis][:, None] + offsets for axis, offsets in enumerate(_offsets(window)))
        x, y, z = balls.centres_mm[chosen].astype(np.float32).T[:, :, None]
        radius = balls.radii_mm[chosen].astype(np.float32)[:, None]
        ball, cell = np.nonzero((i >= 0) & (i < columns) & (j >= 0) & (j < rows) & (k >= 0) & (k < slices))
        i, j, k = i[ball, cell], j[ball, cell], k[ball, cell]
        squared = (grid.x_mm[0, 0, i] - x[ball, 0]) ** 2
        squared += (grid.y_mm[0, j, 0] - y[ball, 0]) ** 2
        squared += (grid.z_mm[k, j, 0] - z[ball, 0]) ** 2
        share = share_inside(radius[ball, 0] - np.sqrt(squared), edge_mm)
        voxel = (k * rows + j) * columns + i
        there = flat[voxel]
        np.maximum.at(flat, voxel, (there + (inside_hu - there) * share).astype(np.float32))


def paint_airway(volume_hu: NDArray[np.float32], grid: ScanGrid, balls: Balls, lumen_hu: float, wall_hu: float) -> None:
    """Paints an airway, all of its wall before its lumen, into the volume (slices, rows, columns), in place."""
    paint_dense(volume_hu, grid, Balls(balls.centres_mm, balls.radii_mm + AIRWAY_WALL_MM), wall_hu)
    for centre, radius in zip(balls.centres_mm, balls.radii_mm, strict=True):
        box = grid.box(centre, radius + grid.voxel_mm)
        x, y, z = grid.coordinates_mm(box)
        depth = radius - np.sqrt((x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (z - centre[2]) ** 2)
        part = volume_hu[box]
        np.minimum(part, wall_hu + (lumen_hu - wall_hu) * share_inside(depth, grid.voxel_mm), out=part)


def _offsets(reach: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """All offsets (1, m) in columns, rows and slices within a reach (3,)."""
    i, j, k = np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij")
    return i.reshape(1, -1), j.reshape(1, -1), k.reshape(1, -1)
