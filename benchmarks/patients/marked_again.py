"""Real scans marked again: a place a few millimetres aside, in thicker slices, by a softer or a sharper kernel."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.open_scan import open_scan
from radiogene.ct.preparation import stored_cube
from radiogene.ct.resampling import CUBE_SAMPLES, HIGHEST_AIR_HU, resample_cube
from radiogene.ct.scan import AIR_HU, Scan, ScanOptions

SHIFTS_MM = (0.0, 1.5, 3.0, 6.0, 10.0, 15.0, 20.0)
"""Of the centre in a random direction, in the scan as it is."""

SHIFTS_OF_OTHERS_MM = (1.5, 8.0)
"""The same in the scan reconstructed otherwise."""

THICK_MM = (3.0, 5.0, 7.0)
SOFT_MM = 1.0
"""Standard deviation of the Gaussian in the plane that stands for a softer kernel."""

SHARP_MM, SHARP_GAIN, SHARP_NOISE_HU = 0.8, 1.2, 120.0
"""Unsharp mask and noise before smoothing that stand for a sharper kernel; some 60 HU of noise are left."""

LUNG_HU = (-920.0, -500.0)
"""Mean of a box of 20 mm in the lung: neither the air outside the body nor soft tissue."""

LARGEST_SHARE_OUTSIDE = 0.3
THINNED = 4


@dataclass(frozen=True, eq=False)
class MarkedAgain:
    """One cube of a place in a scan.

    Attributes:
        place: number of the place.
        change: in words; empty for the scan as it is.
        shift_mm: of the centre.
        cube: (64, 64, 64) int16 HU.
    """

    place: int
    change: str
    shift_mm: float
    cube: NDArray[np.int16]


def marked_again(ct: Path, places: int, rng: np.random.Generator) -> Iterator[MarkedAgain]:
    """The cubes of random places in the lung of a scan, each as it is and changed in every way.

    Args:
        ct: a DICOM folder or a volume file.
        places: how many.
        rng: draws places, directions and noise.
    """
    scan = open_scan(ct, ScanOptions())
    volume_hu = scan.read_volume()
    scans = {"": _scan(volume_hu, scan.grid), **_reconstructed(volume_hu, scan.grid, rng)}
    lung = _lung(volume_hu, scan.grid)
    place = 0
    while place < places:
        k, j, i = lung[rng.integers(len(lung))]
        centre_mm = scan.grid.to_lps_mm([i * THINNED, j * THINNED, k])
        if resample_cube(scans[""], centre_mm).share_outside > LARGEST_SHARE_OUTSIDE:
            continue
        for change, changed in scans.items():
            for shift_mm in SHIFTS_OF_OTHERS_MM if change else SHIFTS_MM:
                direction = rng.standard_normal(3)
                aside_mm = direction / np.linalg.norm(direction) * shift_mm
                cube = stored_cube(resample_cube(changed, centre_mm + aside_mm).cube_zyx)
                yield MarkedAgain(place, change, shift_mm, cube)
        place += 1


def nodule_cubes(folder: Path) -> list[tuple[tuple[int, int], NDArray[np.int16]]]:
    """The cubes of 51 mm, with air around them as a store has it, and the lowest and highest number of the patient.

    Args:
        folder: with `cubes.npz` and `cubes.csv`.
    """
    with (folder / "cubes.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    cubes_hu = np.load(folder / "cubes.npz", allow_pickle=False)["hu"]
    before = (CUBE_SAMPLES - cubes_hu.shape[1]) // 2
    found = []
    for row, cube_hu in zip(rows, cubes_hu, strict=True):
        cube = np.full((CUBE_SAMPLES,) * 3, AIR_HU, dtype=np.int16)
        there = slice(before, before + len(cube_hu))
        # What is cut to -1,200 HU in the source is -1,024 HU in a store, and is no padding.
        cube[there, there, there] = np.maximum(cube_hu, AIR_HU + 1)
        found.append(((int(row["patient_low"]), int(row["patient_high"])), cube))
    return found


def _reconstructed(volume_hu: NDArray[np.float32], grid: VoxelGrid, rng: np.random.Generator) -> dict[str, Scan]:
    """The scan in thicker slices and by other kernels."""
    x_mm, y_mm, z_mm = grid.spacing_mm
    scans = {}
    for thick_mm in THICK_MM:
        count = round(thick_mm / z_mm)
        if count > 1:
            scans[f"slices of {count * z_mm:g} mm"] = _thick(volume_hu, grid, count)
    soft = ndimage.gaussian_filter(volume_hu, (0, SOFT_MM / y_mm, SOFT_MM / x_mm))
    blurred = ndimage.gaussian_filter(volume_hu, (0, SHARP_MM / y_mm, SHARP_MM / x_mm))
    noise = ndimage.gaussian_filter(rng.normal(0, SHARP_NOISE_HU, volume_hu.shape).astype(np.float32), (0, 0.6, 0.6))
    sharp = volume_hu + SHARP_GAIN * (volume_hu - blurred) + noise
    return {**scans, "softer kernel": _scan(soft, grid), "sharper kernel, noise": _scan(sharp, grid)}


def _thick(volume_hu: NDArray[np.float32], grid: VoxelGrid, count: int) -> Scan:
    """The scan whose slices are means of so many."""
    whole = len(volume_hu) // count * count
    thick_hu = volume_hu[:whole].reshape(-1, count, *volume_hu.shape[1:]).mean(axis=1)
    affine = grid.affine_lps_mm.copy()
    affine[:3, 3] = grid.to_lps_mm([0, 0, (count - 1) / 2])
    affine[:3, 2] *= count
    return _scan(thick_hu, VoxelGrid(affine, (*grid.shape_ijk[:2], len(thick_hu))))


def _scan(volume_hu: NDArray[np.float32], grid: VoxelGrid) -> Scan:
    whole = volume_hu.astype(np.float32)
    return Scan(grid, lambda first, stop: whole[first:stop], "a real scan, marked again")


def _lung(volume_hu: NDArray[np.float32], grid: VoxelGrid) -> NDArray[np.int_]:
    """(N, 3) indices (slice, thinned row, thinned column) of voxels in the lung; air outside the body is none."""
    thinned = volume_hu[:, ::THINNED, ::THINNED]
    x_mm, y_mm, z_mm = grid.spacing_mm
    size = [max(1, round(20.0 / mm)) for mm in (z_mm, y_mm * THINNED, x_mm * THINNED)]
    mean = ndimage.uniform_filter(thinned, size)
    body = np.stack([_body(each) for each in thinned])
    return np.argwhere(body & (mean > LUNG_HU[0]) & (mean < LUNG_HU[1]))


def _body(slice_hu: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The body in a thinned slice with all that it encloses, without the table."""
    dense = ndimage.binary_opening(slice_hu > HIGHEST_AIR_HU, iterations=2)
    parts, count = ndimage.label(dense)
    if not count:
        return np.zeros_like(dense)
    largest = parts == 1 + np.argmax(ndimage.sum_labels(dense, parts, np.arange(1, count + 1)))
    return np.asarray(ndimage.binary_fill_holes(largest))
