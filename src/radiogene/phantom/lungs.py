"""The lungs: parenchyma with its texture, emphysema, and branching vessels."""

import numpy as np
from numpy.typing import NDArray

from radiogene.phantom.chest import Chest
from radiogene.phantom.painting import Balls, blend, joined, share_inside
from radiogene.phantom.scan_grid import ScanGrid
from radiogene.phantom.smooth_field import smooth_field

LUNG_HU = -868.0
DEPENDENT_HU_PER_MM = 0.32
"""A patient on the back has denser lungs at the back."""

EMPHYSEMA_HU = -105.0
"""How much less dense an emphysematous hole is."""

VESSEL_HU = 45.0
HILUM_MM = (31.0, 4.0)
"""Distance of a hilum from the midline, and its place from front to back."""

TRUNK_RADIUS_MM = 4.2
SMALLEST_RADIUS_MM = 0.5
STEP_MM = 1.5
GENERATIONS = 8
TREES_A_TRUNK = 3
"""Artery, vein and a neighbour of both."""

TRUNK_DIRECTIONS = (
    (0.75, -0.55, 0.45),
    (0.75, 0.45, 0.50),
    (0.85, -0.45, -0.30),
    (0.65, 0.60, -0.40),
    (0.90, 0.10, 0.05),
)
"""Where the trunks of one lung start out for: outward, to the back, to the head."""


def paint_lungs(
    volume_hu: NDArray[np.float32], chest: Chest, grid: ScanGrid, emphysema: bool, rng: np.random.Generator
) -> None:
    """Paints the parenchyma into the volume (slices, rows, columns), in place; vessels come after it."""
    rx, ry = chest.cavity_radii_mm
    box = grid.box((0, 0, 0), (rx + 3, ry + 3, 1e4))
    x, y, z = grid.coordinates_mm(box)
    part = volume_hu[box]
    slices, rows, columns = part.shape
    in_plane, between = grid.voxel_mm, float(grid.grid.spacing_mm[2])
    coarse = smooth_field(rng, (slices, rows, columns), (9 / between, 9 / in_plane, 9 / in_plane))
    fine = smooth_field(rng, (slices, rows, columns), (3.2 / between, 3.2 / in_plane, 3.2 / in_plane))
    density = LUNG_HU + rng.normal(0, 10) + DEPENDENT_HU_PER_MM * y + 15 * coarse + 20 * fine
    if emphysema:
        # Centrilobular holes, more of them in the upper half.
        holes = smooth_field(rng, (slices, rows, columns), (5.5 / between, 5.5 / in_plane, 5.5 / in_plane))
        density += EMPHYSEMA_HU * np.clip(2.2 * (holes + 0.35 * coarse) + z / 120 - 1.1, 0, 1)
    depth = chest.lung_depth_mm(x, y, z).astype(np.float32, copy=False)
    blend(part, density, share_inside(depth, in_plane))


def vessel_trees(chest: Chest, rng: np.random.Generator) -> Balls:
    """The vessels of both lungs as balls, from the hila outward; those outside the lungs are left out."""
    starts, directions = [], []
    for side in (-1.0, 1.0):
        for trunk in TRUNK_DIRECTIONS:
            for _ in range(TREES_A_TRUNK):
                starts.append([side * HILUM_MM[0], HILUM_MM[1] + rng.normal(0, 6), 26 * trunk[2] + rng.normal(0, 6)])
                directions.append(np.array([side * trunk[0], trunk[1], trunk[2]]) + rng.normal(0, 0.25, 3))
    position, direction = np.array(starts), _unit(np.array(directions))
    radius = TRUNK_RADIUS_MM * rng.uniform(0.55, 1.0, len(position))
    parts = []
    for _ in range(GENERATIONS):
        grown, position, direction = _grow(position, direction, radius, rng)
        parts.append(grown)
        position, direction, radius = _branch(position, direction, radius, rng)
        alive = (radius > SMALLEST_RADIUS_MM) & (chest.lung_depth_mm(*position.T) > 1)
        position, direction, radius = position[alive], direction[alive], radius[alive]
    balls = joined(parts)
    inside = chest.lung_depth_mm(*balls.centres_mm.T) > -6 + 8 * (balls.radii_mm < 2)
    return Balls(balls.centres_mm[inside], balls.radii_mm[inside])


def _grow(
    position: NDArray[np.float64], direction: NDArray[np.float64], radius: NDArray[np.float64], rng: np.random.Generator
) -> tuple[Balls, NDArray[np.float64], NDArray[np.float64]]:
    """The balls of one generation of n branches, and where (n, 3) and in what direction (n, 3) they end."""
    length_mm = (5 + 4.2 * radius) * rng.uniform(0.7, 1.4, len(radius))
    steps = np.ceil(length_mm / STEP_MM).astype(int)
    centres, radii = [], []
    for step in range(int(steps.max(initial=0))):
        going = step < steps
        bent = direction[going] + rng.normal(0, 0.09, (int(going.sum()), 3))
        direction[going] = _unit(bent)
        position[going] += STEP_MM * direction[going]
        centres.append(position[going].copy())
        radii.append(radius[going])
    return Balls(np.concatenate(centres), np.concatenate(radii)), position, direction


def _branch(
    position: NDArray[np.float64], direction: NDArray[np.float64], radius: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Two children for each of n branches: a thicker one that goes on and a thinner one that turns off more."""
    sideways = _unit(np.cross(direction, rng.standard_normal(direction.shape)))
    turn = rng.uniform(0.25, 0.6, len(radius))[:, None]
    directions = np.concatenate([direction + 0.6 * turn * sideways, direction - 1.5 * turn * sideways])
    radii = np.concatenate(
        [radius * rng.uniform(0.74, 0.86, len(radius)), radius * rng.uniform(0.55, 0.72, len(radius))]
    )
    return np.concatenate([position, position]), _unit(directions), radii


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """The vectors (n, 3) at length 1."""
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
