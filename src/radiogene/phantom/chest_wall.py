"""Skin, fat, muscle, ribs, shoulder blades, breastbone, spine and the couch."""

import numpy as np
from numpy.typing import NDArray

from radiogene.phantom.chest import Chest
from radiogene.phantom.painting import blend, share_inside
from radiogene.phantom.scan_grid import ScanGrid
from radiogene.phantom.smooth_field import smooth_field

AIR_OUTSIDE_HU = -1000.0
SKIN_HU = 10.0
FAT_HU = -102.0
MUSCLE_HU = 52.0
MEDIASTINAL_FAT_HU = -78.0
CORTEX_HU = 620.0
MARROW_HU = 240.0
CARTILAGE_HU = 120.0
DISC_HU = 95.0
COUCH_HU = -350.0

RIB_DISTANCE_MM = 27.0
RIB_FALL_MM = 92.0
"""How much lower a rib lies in front than at the back."""

VERTEBRA_MM = 24.0


def soft_wall_hu(chest: Chest, grid: ScanGrid, rng: np.random.Generator) -> NDArray[np.float32]:
    """(rows, columns) of everything but lungs, mediastinum and bone; the same on every slice."""
    x, y = grid.x_mm[0], grid.y_mm[0]
    edge_mm = grid.voxel_mm
    depth = chest.body_depth_mm(x, y)
    shape = (1, grid.shape_zyx[1], grid.shape_zyx[2])
    mottle = smooth_field(rng, shape, (1, 4, 4))[0]
    folds = smooth_field(rng, shape, (1, 14, 14))[0]
    wall = np.full(depth.shape, AIR_OUTSIDE_HU, dtype=np.float32)
    _paint_couch(wall, chest, grid)
    blend(wall, SKIN_HU, share_inside(depth, edge_mm))
    blend(wall, FAT_HU + 7 * mottle, share_inside(depth - 2, edge_mm))
    side = np.abs(x) / chest.half_width_mm
    fat_mm = chest.fat_mm * (0.6 + 0.4 * side) + 2.5 * folds + 2
    muscle = MUSCLE_HU + 6 * mottle - 110 * np.clip(np.abs(folds + 0.7 * mottle) * -4 + 1, 0, 1)
    blend(wall, muscle, share_inside(depth - fat_mm, edge_mm))
    cavity = chest.cavity_depth_mm(x, y)
    blend(wall, MEDIASTINAL_FAT_HU + 8 * mottle, share_inside(cavity, edge_mm))
    return wall


def paint_bones(volume_hu: NDArray[np.float32], chest: Chest, grid: ScanGrid) -> None:
    """Paints ribs, shoulder blades, breastbone and spine into the volume (slices, rows, columns), in place."""
    _paint_ribs(volume_hu, chest, grid)
    _paint_breastbone(volume_hu, chest, grid)
    _paint_spine(volume_hu, chest, grid)


def _paint_couch(wall_hu: NDArray[np.float32], chest: Chest, grid: ScanGrid) -> None:
    """The two skins of the couch under the back, into (rows, columns)."""
    for gap_mm in (4.0, 26.0):
        top = chest.half_depth_mm + gap_mm - grid.x_mm[0] ** 2 / 1500
        blend(wall_hu, COUCH_HU, share_inside(1.2 - np.abs(grid.y_mm[0] - top), 1.5 * grid.voxel_mm))


def _paint_ribs(volume_hu: NDArray[np.float32], chest: Chest, grid: ScanGrid) -> None:
    """Ribs around the cavity and shoulder blades behind them; only the pixels of that ring are computed."""
    edge_mm = grid.voxel_mm
    outward = -chest.cavity_depth_mm(grid.x_mm[0], grid.y_mm[0])
    rows, columns = np.nonzero((outward > -1) & (outward < 26) & (chest.body_depth_mm(grid.x_mm[0], grid.y_mm[0]) > 6))
    outward = outward[rows, columns]
    x, y = grid.x_mm[0, 0, columns], grid.y_mm[0, rows, 0]
    z = grid.z_mm[:, rows, 0]
    ring = volume_hu[:, rows, columns]
    # 0 at the spine, 1 at the breastbone.
    turn = np.arctan2(np.abs(x), y) / np.pi
    phase = (z + RIB_FALL_MM * turn) / RIB_DISTANCE_MM + chest.rib_phase + 0.25 * (x > 0)
    from_rib_mm = (phase - np.round(phase)) * RIB_DISTANCE_MM
    inside_mm = 4.2 * (1 - np.hypot((outward - 6) / 4.6, from_rib_mm / 7.5))
    inside_mm = np.minimum(inside_mm, 100 * np.minimum(turn - 0.07, 0.93 - turn))
    bone_hu = np.where(turn > 0.82, CARTILAGE_HU, CORTEX_HU)
    marrow_hu = np.where(turn > 0.82, CARTILAGE_HU - 20, MARROW_HU)
    blend(ring, bone_hu, share_inside(inside_mm, edge_mm))
    blend(ring, marrow_hu, share_inside(inside_mm - 1.6, edge_mm))
    blade_mm = np.minimum(2.4 - np.abs(outward - 17 - 14 * (turn - 0.28)), 160 * (0.085 - np.abs(turn - 0.27)))
    blend(ring, CORTEX_HU - 80, share_inside(np.minimum(blade_mm, 0.4 * (z + 22)), edge_mm))
    volume_hu[:, rows, columns] = ring


def _paint_breastbone(volume_hu: NDArray[np.float32], chest: Chest, grid: ScanGrid) -> None:
    """The breastbone in front."""
    front = -chest.cavity_radii_mm[1] - 8
    box = grid.box((0, front, 0), (26, 14, 1e4))
    x, y, _ = grid.coordinates_mm(box)
    inside_mm = 6 * (1 - np.sqrt((x / 19) ** 2 + ((y - front) / 6.5) ** 2))
    part = volume_hu[box]
    blend(part, CORTEX_HU - 150, share_inside(inside_mm, grid.voxel_mm))
    blend(part, MARROW_HU - 70, share_inside(inside_mm - 1.8, grid.voxel_mm))


def _paint_spine(volume_hu: NDArray[np.float32], chest: Chest, grid: ScanGrid) -> None:
    """Vertebral bodies with discs, arch, canal and processes."""
    edge_mm = grid.voxel_mm
    spine_x, spine_y = chest.spine_mm
    box = grid.box((spine_x, spine_y + 16, 0), (40, 42, 1e4))
    x, y, z = grid.coordinates_mm(box)
    part = volume_hu[box]
    x, y = x - spine_x, y - spine_y
    phase = z / VERTEBRA_MM + chest.disc_phase
    from_disc_mm = np.abs(phase - np.round(phase)) * VERTEBRA_MM
    body_mm = 14 * (1 - np.sqrt((x / 17) ** 2 + (y / 14.5) ** 2))
    bone = share_inside(from_disc_mm - 3.2, 2 * edge_mm)
    blend(part, DISC_HU + (CORTEX_HU - 60 - DISC_HU) * bone, share_inside(body_mm, edge_mm))
    blend(part, DISC_HU + (MARROW_HU - 60 - DISC_HU) * bone, share_inside(body_mm - 2, edge_mm))
    arch_mm = 4 - np.abs(np.hypot(x, 0.9 * (y - 22)) - 11)
    arch_mm = np.maximum(arch_mm, np.minimum(3.2 - np.abs(x), np.minimum(y - 28, 45 - y)))
    transverse_mm = np.minimum(3.4 - np.abs(y - 21 - 0.25 * np.abs(x)), 32 - np.abs(x))
    transverse_mm = np.minimum(transverse_mm, np.minimum(np.abs(x) - 9, 0.5 * (from_disc_mm - 6)))
    blend(part, CORTEX_HU - 120, share_inside(np.maximum(np.maximum(arch_mm, transverse_mm), -9.0), edge_mm))
    blend(part, 25.0, share_inside(8.5 - np.hypot(x, y - 22), edge_mm))
