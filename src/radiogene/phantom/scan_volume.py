"""One patient's scan in Hounsfield units: the chest painted at the scanner's points, then its kernel and noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.phantom.chest import Chest
from radiogene.phantom.chest_wall import paint_bones, soft_wall_hu
from radiogene.phantom.lungs import VESSEL_HU, paint_lungs, vessel_trees
from radiogene.phantom.mediastinum import paint_abdomen, paint_airways, paint_mediastinum
from radiogene.phantom.nodule import Nodule, paint_nodule
from radiogene.phantom.painting import paint_dense
from radiogene.phantom.scan_grid import ScanGrid
from radiogene.phantom.scanner import Acquisition
from radiogene.phantom.smooth_field import smooth_field

LOWEST_HU = -1024
HIGHEST_HU = 3071
"""The range of 12-bit CT."""

NOISE_IN_AIR = 0.45
"""Noise outside the body relative to that in its middle, where fewest photons arrive."""


@dataclass(frozen=True, eq=False)
class Subject:
    """What is scanned: a chest, its nodules, and whether it is emphysematous or has contrast agent in its blood."""

    chest: Chest
    nodules: tuple[Nodule, ...]
    emphysema: bool
    contrast_hu: float


def scan_volume_hu(
    subject: Subject, grid: ScanGrid, acquisition: Acquisition, rng: np.random.Generator
) -> NDArray[np.float32]:
    """The scan (slices, rows, columns) in HU, float32, noise included, cut to the range of 12-bit CT."""
    volume = anatomy_hu(subject, grid, rng)
    _add_noise(volume, subject.chest, grid, acquisition, rng)
    _apply_kernel(volume, acquisition)
    return np.clip(volume, LOWEST_HU, HIGHEST_HU, out=volume)


def anatomy_hu(subject: Subject, grid: ScanGrid, rng: np.random.Generator) -> NDArray[np.float32]:
    """The chest (slices, rows, columns) in HU before noise and kernel."""
    chest = subject.chest
    volume = np.repeat(soft_wall_hu(chest, grid, rng)[None], grid.shape_zyx[0], axis=0)
    paint_mediastinum(volume, chest, grid, subject.contrast_hu, rng)
    paint_abdomen(volume, chest, grid, subject.contrast_hu)
    paint_lungs(volume, chest, grid, subject.emphysema, rng)
    paint_dense(volume, grid, vessel_trees(chest, rng), VESSEL_HU + 0.7 * subject.contrast_hu)
    paint_airways(volume, grid)
    knots = tuple(2.6 / spacing for spacing in grid.grid.spacing_mm[::-1])
    texture = smooth_field(rng, grid.shape_zyx, (knots[0], knots[1], knots[2]))
    for nodule in subject.nodules:
        paint_nodule(volume, grid, nodule, texture)
    paint_bones(volume, chest, grid)
    return volume


def _add_noise(
    volume_hu: NDArray[np.float32], chest: Chest, grid: ScanGrid, acquisition: Acquisition, rng: np.random.Generator
) -> None:
    """Adds white noise, stronger in the middle of the body, in place."""
    depth = np.clip(chest.body_depth_mm(grid.x_mm[0], grid.y_mm[0]) / chest.half_depth_mm, 0, 1)
    sd_hu = acquisition.noise_hu * (NOISE_IN_AIR + (1 - NOISE_IN_AIR) * depth)
    noise = rng.standard_normal(volume_hu.shape, dtype=np.float32)
    noise *= sd_hu.astype(np.float32)
    volume_hu += noise


def _apply_kernel(volume_hu: NDArray[np.float32], acquisition: Acquisition) -> None:
    """Smooths in the plane, sharpens, and mixes thick slices with their neighbours, in place, as the scanner does."""
    scanner = acquisition.scanner
    smooth = volume_hu if not scanner.sharpening else volume_hu.copy()
    for axis in (1, 2):
        _smooth(smooth, axis, scanner.blur)
    if scanner.sharpening:
        # smooth + (1 + s) (sharp - smooth) = (1 + s) sharp - s smooth, softened by half of the smoothing.
        volume_hu += (scanner.sharpening - 1) * (volume_hu - smooth)
    if scanner.slice_blur:
        _smooth(volume_hu, 0, scanner.slice_blur)


def _smooth(volume_hu: NDArray[np.float32], axis: int, weight: float) -> None:
    """Moves each sample to both its neighbours along an axis by `weight`, in place; nothing lies beyond the ends."""
    difference = np.diff(volume_hu, axis=axis)
    difference *= np.float32(weight)
    forward: list[slice] = [slice(None)] * 3
    backward: list[slice] = [slice(None)] * 3
    forward[axis], backward[axis] = slice(0, -1), slice(1, None)
    volume_hu[tuple(forward)] += difference
    volume_hu[tuple(backward)] -= difference
