"""Where a synthetic nodule lies: clear of hila and pleura, or close to a pleura that it retracts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.phantom.chest import Chest
from radiogene.phantom.lungs import HILUM_MM

CANDIDATES = 3000
HEIGHTS_MM = (-30.0, 30.0)
CLEAR_OF_PLEURA_MM = 5.0
CLEAR_OF_HILUM_MM = 20.0
RETRACTED_MM = (2.5, 8.0)
"""Distance between a nodule and the pleura that it retracts."""

OTHER_NODULE_MM = 60.0
"""Two nodules of a patient are at least this far apart, so that one is not in the other's cube."""

OTHER_HEIGHT_MM = 9.0
"""And at most this much apart in height, so that both are in the scan."""


@dataclass(frozen=True, eq=False)
class NodulePlace:
    """A place in the lung.

    Attributes:
        centre_mm: (3,) in the chest's frame.
        pleura_mm: (3,) the retracted pleura nearest to it, None where nothing is retracted.
    """

    centre_mm: NDArray[np.float64]
    pleura_mm: NDArray[np.float64] | None

    @property
    def lobe(self) -> str:
        """The lobe, from flat fissures."""
        x, y, z = self.centre_mm
        side = "right" if x < 0 else "left"
        # The oblique fissure falls from back to front.
        if z < 0.9 * y - 4:
            return f"{side} lower"
        return "right middle" if side == "right" and z < -6 else f"{side} upper"


def draw_place(
    chest: Chest,
    radius_mm: float,
    retracts: bool,
    rng: np.random.Generator,
    apart_from_mm: NDArray[np.float64] | None = None,
) -> NodulePlace:
    """A place in one of the lungs for a nodule of some radius.

    Args:
        chest: whose lungs.
        radius_mm: half the longest diameter.
        retracts: whether the nodule draws in a pleura.
        rng: for the candidates.
        apart_from_mm: (3,) centre of the patient's other nodule.
    """
    rx, ry = chest.cavity_radii_mm
    x = rng.uniform(-rx, rx, CANDIDATES)
    y = rng.uniform(-ry, ry, CANDIDATES)
    z = rng.uniform(*HEIGHTS_MM, CANDIDATES)
    depth = chest.lung_depth_mm(x, y, z)
    costal = chest.costal_depth_mm(x, y, z)
    allowed = np.sqrt((np.abs(x) - HILUM_MM[0]) ** 2 + (y - HILUM_MM[1]) ** 2 + z**2) > radius_mm + CLEAR_OF_HILUM_MM
    if apart_from_mm is not None:
        allowed &= (np.abs(x - apart_from_mm[0]) > OTHER_NODULE_MM) & (np.abs(z - apart_from_mm[2]) < OTHER_HEIGHT_MM)
    if retracts:
        gap = costal - radius_mm
        fit = (costal <= depth + 1e-6) & (gap > RETRACTED_MM[0]) & (gap < RETRACTED_MM[1])
    else:
        fit = depth > radius_mm + CLEAR_OF_PLEURA_MM
    chosen = _first(allowed & fit, np.where(allowed, depth, -np.inf))
    centre = np.array([x[chosen], y[chosen], z[chosen]])
    return NodulePlace(centre, _nearest_pleura_mm(chest, centre) if retracts else None)


def _first(fit: NDArray[np.bool_], depth_mm: NDArray[np.floating]) -> int:
    """The first candidate that fits, or the deepest one where none does (a large nodule in a narrow lung)."""
    return int(np.argmax(fit)) if fit.any() else int(np.argmax(depth_mm))


def _nearest_pleura_mm(chest: Chest, centre_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """The place (3,) at the same height where the way outward meets the pleura on the ribs."""
    x, y, z = centre_mm
    step = 0.5
    slope = np.array(
        [
            chest.costal_depth_mm(x + step, y, z) - chest.costal_depth_mm(x - step, y, z),
            chest.costal_depth_mm(x, y + step, z) - chest.costal_depth_mm(x, y - step, z),
            0.0,
        ]
    )
    outward = -slope / np.linalg.norm(slope)
    ways_mm = np.arange(0.0, 60.0, 0.5)
    points = centre_mm + ways_mm[:, None] * outward
    outside = chest.costal_depth_mm(*points.T) <= 0
    return points[int(np.argmax(outside))]
