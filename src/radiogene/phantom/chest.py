"""The shape of one synthetic chest: outline, thoracic cavity, mediastinum and diaphragm, as depths in millimetres.

Lengths are those of an adult of middle size; nothing in the shape depends on sex, smoking or genes, so that the only
things in the image that tell of them are the factors in `genetics.py`. The chest's frame: x to the left, y to the
back, z to the head, origin in the middle of the chest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

WALL_MM = 24.0
"""Muscle and ribs between the fat and the lung."""

VERTEBRA_TO_BACK_MM = 56.0
"""From the middle of a vertebral body to the skin of the back."""

AIRWAY_SPLITS_AT_MM = 14.0
"""Height of the carina."""


@dataclass(frozen=True)
class Chest:
    """One chest.

    Attributes:
        half_width_mm, half_depth_mm: of the body's outline.
        squareness: exponent of the superellipse, 2 for an ellipse.
        fat_mm: thickness of the fat under the skin at the sides.
        heart_mm: (3,) centre of the heart.
        heart_radii_mm: (3,) of the heart.
        dome_mm: height of the right half of the diaphragm; the left is lower.
        rib_phase, disc_phase: heights of ribs and discs, in periods.
    """

    half_width_mm: float
    half_depth_mm: float
    squareness: float
    fat_mm: float
    heart_mm: tuple[float, float, float]
    heart_radii_mm: tuple[float, float, float]
    dome_mm: float
    rib_phase: float
    disc_phase: float

    @property
    def cavity_radii_mm(self) -> tuple[float, float]:
        """Half width and half depth of the thoracic cavity."""
        return self.half_width_mm - self.fat_mm - WALL_MM, self.half_depth_mm - 0.6 * self.fat_mm - WALL_MM

    @property
    def spine_mm(self) -> tuple[float, float]:
        """(x, y) of the middle of the vertebral bodies."""
        return 0.0, self.half_depth_mm - VERTEBRA_TO_BACK_MM

    def body_depth_mm(self, x: Array, y: Array) -> Array:
        """Depth below the skin, negative outside the body."""
        return superellipse_depth_mm(x, y, (self.half_width_mm, self.half_depth_mm), self.squareness)

    def cavity_depth_mm(self, x: Array, y: Array) -> Array:
        """Depth below the inner side of the ribs at mid-chest height, negative in the chest wall."""
        return superellipse_depth_mm(x, y, self.cavity_radii_mm, self.squareness)

    def costal_depth_mm(self, x: Array, y: Array, z: Array) -> Array:
        """Depth below the pleura on the ribs; the cavity narrows to the head."""
        return self.cavity_depth_mm(x, y) - np.maximum(z - 15, 0) * 0.22 - np.maximum(z - 45, 0) * 0.3

    def mediastinum_depth_mm(self, x: Array, y: Array, z: Array) -> Array:
        """Depth inside mediastinum and spine, negative in the lungs."""
        # Narrow in front, where the lungs all but meet, and wide at the hila.
        half_width = 9 + 21 * np.exp(-(((y + 2) / 38) ** 2))
        depth = 0.85 * (half_width - np.abs(x))
        spine_x, spine_y = self.spine_mm
        depth = np.maximum(depth, 25 - np.hypot(x - spine_x, y - spine_y - 2))
        depth = np.maximum(depth, 15.5 - np.hypot(x - 25, y - spine_y + 16))
        depth = np.maximum(depth, self.heart_depth_mm(x, y, z) + 4)
        hilum = 1 - np.sqrt(((np.abs(x) - 30) / 15) ** 2 + ((y - 4) / 16) ** 2 + (z / 20) ** 2)
        return np.maximum(depth, 15 * hilum)

    def heart_depth_mm(self, x: Array, y: Array, z: Array) -> Array:
        """Depth inside the heart, negative outside."""
        (cx, cy, cz), (rx, ry, rz) = self.heart_mm, self.heart_radii_mm
        turned_x, turned_y = 0.85 * (x - cx) + 0.53 * (y - cy), -0.53 * (x - cx) + 0.85 * (y - cy)
        return 48 * (1 - np.sqrt((turned_x / rx) ** 2 + (turned_y / ry) ** 2 + ((z - cz) / rz) ** 2))

    def diaphragm_height_mm(self, x: Array, y: Array, z: Array) -> Array:
        """Height above the diaphragm, negative in the abdomen."""
        left = np.asarray(x) > 0
        dome = self.dome_mm - 12 * left - (np.abs(x) - 58) ** 2 / 110 - (y + 8) ** 2 / 150
        return 0.75 * (z - dome)

    def lung_depth_mm(self, x: Array, y: Array, z: Array) -> Array:
        """Depth inside the lungs below the nearest pleura, negative outside."""
        depth = np.minimum(self.costal_depth_mm(x, y, z), -self.mediastinum_depth_mm(x, y, z))
        return np.minimum(depth, self.diaphragm_height_mm(x, y, z))


def draw_chest(rng: np.random.Generator) -> Chest:
    """One chest, drawn by the size and build of adults."""
    return Chest(
        half_width_mm=rng.uniform(141, 155),
        half_depth_mm=rng.uniform(106, 120),
        squareness=rng.uniform(2.25, 2.6),
        fat_mm=rng.uniform(5, 15),
        heart_mm=(rng.uniform(20, 30), rng.uniform(-28, -18), rng.uniform(-62, -50)),
        heart_radii_mm=(rng.uniform(54, 64), rng.uniform(38, 46), rng.uniform(56, 66)),
        dome_mm=rng.uniform(-80, -42),
        rib_phase=rng.random(),
        disc_phase=rng.random(),
    )


def superellipse_depth_mm(x: Array, y: Array, radii_mm: tuple[float, float], power: float) -> Array:
    """Depth inside a superellipse to first order, negative outside.

    Args:
        x: to the left from its centre in mm.
        y: to the back from its centre in mm; broadcasts with x.
        radii_mm: half width and half depth.
        power: 2 for an ellipse, more for a squarer outline.
    """
    u, v = np.abs(x) / radii_mm[0], np.abs(y) / radii_mm[1]
    radius = np.maximum((u**power + v**power) ** (1 / power), 1e-3)
    slope = np.hypot((u / radius) ** (power - 1) / radii_mm[0], (v / radius) ** (power - 1) / radii_mm[1])
    return (1 - radius) / slope
