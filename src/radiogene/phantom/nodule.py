"""One synthetic nodule: its shape, what it is made of, and how it is painted."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from radiogene.phantom.painting import Balls, blend, joined, paint_dense, share_inside, straight_tube
from radiogene.phantom.scan_grid import ScanGrid

GROUND_GLASS_HU = (-650.0, -450.0)
SOLID_HU = (20.0, 60.0)
GROUND_GLASS_MOTTLE_HU = 28.0
VEILED_VESSEL = 0.5
"""How much of a vessel's contrast is left where ground-glass lies around it."""


SHAPE_DIRECTIONS = 600
"""Directions in which a shape's radius is looked at to find the largest."""

LOBULATION = 0.16
"""Height of the bumps of a lobulated margin, as a share of the radius."""

BUMP_SHARPNESS = 9.0
SPIKE_REACH_MM = 16.0
"""No spike is longer than this."""


@dataclass(frozen=True, eq=False)
class Nodule:
    """A nodule whose body is symmetric about its centre, so that the centroid of the body is the centre.

    Attributes:
        centre_mm: (3,) in the chest's frame.
        diameter_mm: longest diameter of the body.
        ground_glass: share of the diameter that is ground-glass; the rest is a solid core of the same shape.
        spiculation: 0 smooth to 1 spiked all round. Spikes do not belong to the body.
        ground_glass_hu, solid_hu: of the two parts.
        axes: (3, 3) rows are the unit axes of the ellipsoid that the shape starts from.
        axis_ratios: (3,) of its half axes, the longest 1.
        bumps: (m, 3) unit directions of the bumps, which stand at both ends.
        bump_height: as a share of the radius.
        scale_mm: what makes the longest diameter right.
        spikes: (n, 3) unit directions.
        spike_lengths_mm, spike_widths_mm: (n,) lengths beyond the body and half widths at their roots.
        strands: to a retracted pleura; empty where there is none.
    """

    centre_mm: NDArray[np.float64]
    diameter_mm: float
    ground_glass: float
    spiculation: float
    ground_glass_hu: float
    solid_hu: float
    axes: NDArray[np.float64]
    axis_ratios: NDArray[np.float64]
    bumps: NDArray[np.float64]
    bump_height: float
    scale_mm: float
    spikes: NDArray[np.float64]
    spike_lengths_mm: NDArray[np.float64]
    spike_widths_mm: NDArray[np.float64]
    strands: Balls

    @property
    def core_scale(self) -> float:
        """Size of the solid core relative to the body: the consolidation-to-tumour ratio."""
        return 1 - self.ground_glass

    @property
    def solid_diameter_mm(self) -> float:
        """Longest diameter of the solid core."""
        return self.diameter_mm * self.core_scale

    def radius_mm(
        self, x: NDArray[np.floating], y: NDArray[np.floating], z: NDArray[np.floating]
    ) -> NDArray[np.floating]:
        """Radius of the body along unit directions, whose components have one shape or broadcast to it."""
        axes = self.axes / self.axis_ratios[:, None]
        squared = sum(_along(x, y, z, axis) ** 2 for axis in axes)
        bump = sum(np.exp(BUMP_SHARPNESS * (np.abs(_along(x, y, z, bump)) - 1)) for bump in self.bumps)
        return self.scale_mm / np.sqrt(squared) * (1 + self.bump_height * bump)

    def contains(self, points_mm: ArrayLike) -> NDArray[np.bool_]:
        """Which points (..., 3) of the chest's frame lie in the body."""
        offset = np.asarray(points_mm, dtype=np.float64) - self.centre_mm
        distance = np.maximum(np.linalg.norm(offset, axis=-1), 1e-9)
        unit = offset / distance[..., None]
        return np.asarray(distance <= self.radius_mm(unit[..., 0], unit[..., 1], unit[..., 2]))


def draw_nodule(
    centre_mm: ArrayLike,
    pleura_mm: ArrayLike | None,
    diameter_mm: float,
    ground_glass: float,
    spiculation: float,
    rng: np.random.Generator,
) -> Nodule:
    """One nodule with the wanted factors.

    Args:
        centre_mm: (3,) in the chest's frame.
        pleura_mm: (3,) the place of the pleura that it retracts, None where it does not.
        diameter_mm: longest diameter.
        ground_glass: share of its diameter, 0 to 1.
        spiculation: 0 to 1.
        rng: for everything else.
    """
    centre = np.asarray(centre_mm, dtype=np.float64)
    spike_count = round(36 * spiculation**2 + 4 * spiculation)
    size_mm = (2.5 + 0.32 * diameter_mm) * (0.15 + spiculation)
    shape = Nodule(
        centre_mm=centre,
        diameter_mm=diameter_mm,
        ground_glass=ground_glass,
        spiculation=spiculation,
        ground_glass_hu=rng.uniform(*GROUND_GLASS_HU),
        solid_hu=rng.uniform(*SOLID_HU),
        axes=np.linalg.qr(rng.standard_normal((3, 3)))[0],
        axis_ratios=np.array([1.0, rng.uniform(0.82, 0.97), rng.uniform(0.76, 0.95)]),
        bumps=_spread_directions(5, rng),
        bump_height=LOBULATION * 4 * spiculation * (1 - spiculation) + 0.02,
        scale_mm=1.0,
        spikes=_spread_directions(spike_count, rng),
        spike_lengths_mm=np.minimum(size_mm * rng.uniform(0.6, 1.15, spike_count), SPIKE_REACH_MM),
        spike_widths_mm=rng.uniform(1.2, 1.6, spike_count) + 0.03 * diameter_mm,
        strands=Balls(np.empty((0, 3)), np.empty(0)),
    )
    largest = shape.radius_mm(*_spread_directions(SHAPE_DIRECTIONS, rng).T).max()
    strands = _strands(centre, np.asarray(pleura_mm), rng) if pleura_mm is not None else shape.strands
    return replace(shape, scale_mm=float(diameter_mm / 2 / largest), strands=strands)


def paint_nodule(volume_hu: NDArray[np.float32], grid: ScanGrid, nodule: Nodule, texture: NDArray[np.float32]) -> None:
    """Paints the nodule into the volume (slices, rows, columns), in place.

    Args:
        volume_hu: what is painted on, lungs and vessels included; vessels show through ground-glass.
        grid: its sampling points.
        nodule: what to paint.
        texture: the volume's shape, SD 1; mottles the ground-glass.
    """
    reach = nodule.diameter_mm / 2 + nodule.spike_lengths_mm.max(initial=0) + 2 * grid.voxel_mm
    box = grid.box(nodule.centre_mm, reach)
    part = volume_hu[box]
    vessels = part.copy()
    paint_dense(volume_hu, grid, nodule.strands, nodule.solid_hu)
    x, y, z = (axis - np.float32(c) for axis, c in zip(grid.coordinates_mm(box), nodule.centre_mm, strict=True))
    distance = np.sqrt(x**2 + y**2 + z**2) + np.float32(1e-4)
    radius = nodule.radius_mm(x / distance, y / distance, z / distance)
    edge_mm = grid.voxel_mm
    _paint_spikes(part, nodule, (x, y, z), distance, edge_mm)
    # Strands and spikes end at the body, whose ground-glass would else look solid; vessels pass through it, veiled.
    ground_glass = nodule.ground_glass_hu + GROUND_GLASS_MOTTLE_HU * texture[box]
    ground_glass += VEILED_VESSEL * np.maximum(vessels - ground_glass, 0)
    blend(part, ground_glass, share_inside(radius - distance, edge_mm))
    core = share_inside(nodule.core_scale * radius - distance, edge_mm)
    # A core smaller than a voxel fills only its own part of one.
    blend(part, nodule.solid_hu, core * min(1.0, nodule.solid_diameter_mm / edge_mm))


def _paint_spikes(
    part_hu: NDArray[np.float32],
    nodule: Nodule,
    offset_mm: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
    distance_mm: NDArray[np.float32],
    edge_mm: float,
) -> None:
    """Paints the spikes into a box (slices, rows, columns) around the nodule, in place."""
    if not len(nodule.spikes):
        return
    deepest = np.full(part_hu.shape, -edge_mm, dtype=np.float32)
    spikes = nodule.spikes.astype(np.float32)
    roots = nodule.radius_mm(*nodule.spikes.T)
    for spike, root, length, width in zip(spikes, roots, nodule.spike_lengths_mm, nodule.spike_widths_mm, strict=True):
        along = _along(*offset_mm, spike)
        aside = np.sqrt(np.maximum(distance_mm**2 - along**2, 0))
        beyond = (along - np.float32(root)) / np.float32(length)
        taper = np.minimum(np.float32(width) * (1.2 - 0.7 * beyond), np.float32(6) * (1 - beyond))
        depth = np.where(along > 0, np.minimum(taper, np.float32(1.6 * width)) - aside, -edge_mm)
        np.maximum(deepest, depth, out=deepest)
    blend(part_hu, np.maximum(part_hu, nodule.solid_hu), share_inside(deepest, edge_mm))


def _strands(centre_mm: NDArray[np.float64], pleura_mm: NDArray[np.float64], rng: np.random.Generator) -> Balls:
    """Two or three strands from the nodule's centre to the pleura, which is drawn in to a small cone at their ends."""
    strands = []
    for _ in range(int(rng.integers(2, 4))):
        end = pleura_mm + rng.normal(0, 3.0, 3)
        middle = centre_mm + 0.72 * (end - centre_mm)
        strands += [straight_tube(centre_mm, middle, (1.2, 0.9)), straight_tube(middle, end, (0.9, 2.8))]
    return joined(strands)


def _along(
    x: NDArray[np.floating], y: NDArray[np.floating], z: NDArray[np.floating], direction: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Component of (x, y, z) along a direction (3,), in the precision of x."""
    a, b, c = direction.astype(x.dtype)
    return x * a + y * b + z * c


def _spread_directions(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """(count, 3) unit vectors spread over the sphere along a spiral, turned at random and shaken a little."""
    step = np.arange(count) + 0.5
    height = 1 - 2 * step / max(count, 1)
    turn = np.pi * (1 + 5**0.5) * step
    ring = np.sqrt(1 - height**2)
    spiral = np.stack([ring * np.cos(turn), ring * np.sin(turn), height], axis=1)
    rotation = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    shaken = spiral @ rotation + rng.normal(0, 0.12, (count, 3))
    return shaken / np.linalg.norm(shaken, axis=1, keepdims=True)
