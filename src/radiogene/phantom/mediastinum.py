"""Heart, great vessels, airway and the upper abdomen."""

import numpy as np
from numpy.typing import NDArray

from radiogene.phantom.chest import AIRWAY_SPLITS_AT_MM, Chest
from radiogene.phantom.painting import blend, joined, paint_airway, share_inside, straight_tube
from radiogene.phantom.scan_grid import ScanGrid

BLOOD_HU = 44.0
HEART_HU = 46.0
LIVER_HU = 62.0
OESOPHAGUS_HU = 32.0
AIRWAY_HU = -985.0
AIRWAY_WALL_HU = 30.0
TRACHEA_RADIUS_MM = 8.0
BRONCHUS_RADIUS_MM = 5.6


def paint_mediastinum(
    volume_hu: NDArray[np.float32], chest: Chest, grid: ScanGrid, contrast_hu: float, rng: np.random.Generator
) -> None:
    """Paints heart, vessels and oesophagus into the volume (slices, rows, columns), in place.

    Args:
        volume_hu: what is painted on.
        chest: the shape.
        grid: sampling points.
        contrast_hu: how much contrast agent adds to blood; 0 for a plain scan.
        rng: for the places of the vessels.
    """
    edge_mm = grid.voxel_mm
    spine_y = chest.spine_mm[1]
    box = grid.box((10, 0, 0), (90, 95, 1e4))
    x, y, z = grid.coordinates_mm(box)
    part = volume_hu[box]
    blend(part, OESOPHAGUS_HU, share_inside(7 - np.hypot((x - 8) / 1.3, y - spine_y + 24), edge_mm))
    # The descending aorta, the ascending aorta with its arch, the superior vena cava and the pulmonary trunk.
    aorta = 12 - np.hypot(x - 25, y - spine_y + 16)
    jitter = rng.normal(0, 2, 3)
    ascending = np.minimum(15 - np.hypot(x + 4 + jitter[0], y + 30 + jitter[1]), 0.7 * (z + 30))
    arch = 12 - np.hypot(_arch_distance_mm(x, y, spine_y), z - 38 - jitter[2])
    vena_cava = 9 - np.hypot(x + 24 + jitter[1], y + 22)
    trunk = 13 * (1 - np.sqrt(((x - 20) / 17) ** 2 + ((y + 28) / 22) ** 2 + ((z - 8) / 20) ** 2))
    vessels = np.maximum(np.maximum(np.maximum(aorta, ascending), np.maximum(vena_cava, arch)), trunk)
    blend(part, BLOOD_HU + contrast_hu, share_inside(vessels, edge_mm))
    heart = chest.heart_depth_mm(x, y, z)
    blend(part, HEART_HU + 0.35 * contrast_hu, share_inside(heart, edge_mm))
    blend(part, BLOOD_HU + 0.75 * contrast_hu, share_inside(heart - 12, 4 * edge_mm))


def paint_abdomen(volume_hu: NDArray[np.float32], chest: Chest, grid: ScanGrid, contrast_hu: float) -> None:
    """Paints what lies below the diaphragm into the volume (slices, rows, columns), in place."""
    stop = int(np.count_nonzero(grid.z_mm.min(axis=1)[:, 0] < chest.dome_mm + 4))
    if stop == 0:
        return
    rx, ry = chest.cavity_radii_mm
    _, rows, columns = grid.box((0, 0, 0), (rx + 3, ry + 3, 1e4))
    box = (slice(0, stop), rows, columns)
    x, y, z = grid.coordinates_mm(box)
    below = np.minimum(-chest.diaphragm_height_mm(x, y, z), chest.cavity_depth_mm(x, y))
    aside = np.maximum(np.abs(x) - 6, 0.6 * (-y))
    blend(volume_hu[box], LIVER_HU + 0.3 * contrast_hu, share_inside(np.minimum(below, aside), grid.voxel_mm))


def paint_airways(volume_hu: NDArray[np.float32], grid: ScanGrid) -> None:
    """Paints windpipe and main bronchi into the volume (slices, rows, columns), in place."""
    carina = np.array([0.0, 6.0, AIRWAY_SPLITS_AT_MM])
    top = np.add(carina, [0, -6, 90])
    radii = (BRONCHUS_RADIUS_MM, BRONCHUS_RADIUS_MM - 1.2)
    airway = joined(
        [
            straight_tube(carina, top, (TRACHEA_RADIUS_MM, TRACHEA_RADIUS_MM), 3),
            straight_tube(carina, np.add(carina, [-34, 3, -18]), radii, 2),
            straight_tube(carina, np.add(carina, [38, 5, -21]), radii, 2),
            straight_tube(np.add(carina, [-30, 3, -16]), np.add(carina, [-42, 12, -40]), (4.0, 3.0), 2),
            straight_tube(np.add(carina, [34, 5, -19]), np.add(carina, [44, 15, -44]), (3.8, 2.8), 2),
        ]
    )
    paint_airway(volume_hu, grid, airway, AIRWAY_HU, AIRWAY_WALL_HU)


def _arch_distance_mm(x: NDArray[np.floating], y: NDArray[np.floating], spine_y: float) -> NDArray[np.floating]:
    """Distance in the plane from the line of the aortic arch, from the ascending to the descending aorta."""
    start, stop = np.array([-4.0, -30.0]), np.array([25.0, spine_y - 16])
    along = stop - start
    share = np.clip(((x - start[0]) * along[0] + (y - start[1]) * along[1]) / (along @ along), 0, 1)
    return np.hypot(x - start[0] - share * along[0], y - start[1] - share * along[1])
