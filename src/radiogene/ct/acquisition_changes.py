"""What another scanner or mark does to a cube: thicker slices, other kernels, noise, other HU, a moved centre.

Made from the cube itself, which is sampled every 1 mm: thickness and blur below that do nothing here.
"""

from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d, gaussian_filter1d

from radiogene.ct.scan import AIR_HU
from radiogene.errors import SettingsError

ROWS, COLUMNS = 1, 2
SLICES = 0
"""Axes of a cube (z, y, x)."""

Number = TypeVar("Number", bound=np.generic)

SHARPENED_MM = 1.0
"""SD of the blur that sharpening adds the difference from."""

NOISE_GRAIN_MM = 0.8
"""SD of the blur, within slices, of white noise: a reconstruction's noise has grain."""


class Change(StrEnum):
    """What is changed, and in which unit."""

    THICKNESS = "slice thickness, mm"
    """Slabs of so many mm are averaged."""
    BLUR = "in-plane blur, mm"
    """SD of a Gaussian: a softer kernel."""
    SHARPENING = "in-plane sharpening"
    """So many times what a blur of 1 mm takes away is added: a harder kernel."""
    NOISE = "noise, HU"
    """SD of what is added: a lower dose."""
    HU_SHIFT = "HU shift"
    """Added everywhere but in air beyond the scale."""
    SHIFTED_CENTRE = "shifted centre, mm"
    """Along one of the six directions of the axes."""


def changed_cube(
    cube_zyx: NDArray[np.int16], change: Change, amount: float, rng: np.random.Generator
) -> NDArray[np.int16]:
    """The cube (64, 64, 64) int16 HU after one change; an amount of 0 changes nothing.

    Args:
        cube_zyx: (64, 64, 64) int16 HU.
        change: what.
        amount: how much, in the unit of the change.
        rng: of noise and directions.

    Raises:
        SettingsError: an amount that is not finite, or negative where nothing can be.
    """
    if not np.isfinite(amount) or (amount < 0 and change is not Change.HU_SHIFT):
        raise SettingsError(f"Found {amount:g} as {change.value}; wanted 0 or more.")
    if amount == 0:
        return cube_zyx
    hu = cube_zyx.astype(np.float32)
    match change:
        case Change.THICKNESS:
            hu = _slabs(hu, amount)
        case Change.BLUR:
            hu = _blurred(hu, amount)
        case Change.SHARPENING:
            hu = hu + np.float32(amount) * (hu - _blurred(hu, SHARPENED_MM))
        case Change.NOISE:
            hu = hu + _noise(hu.shape, amount, rng)
        case Change.HU_SHIFT:
            hu = np.where(hu > AIR_HU, hu + np.float32(amount), hu)
        case Change.SHIFTED_CENTRE:
            hu = moved(hu, int(rng.integers(3)), round(amount) * (1 if rng.random() < 0.5 else -1))
    limits = np.iinfo(np.int16)
    return np.clip(np.rint(hu), max(AIR_HU, limits.min), limits.max).astype(np.int16)


def moved(cube: NDArray[Number], axis: int, steps: int) -> NDArray[Number]:
    """The cube around a centre that lies so many samples farther along an axis; its last layer is repeated.

    Args:
        cube: (64, 64, 64).
        axis: 0 to 2.
        steps: of 1 mm; negative ones go the other way.
    """
    index = np.clip(np.arange(cube.shape[axis]) + steps, 0, cube.shape[axis] - 1)
    return np.take(cube, index, axis=axis)


def _slabs(hu: NDArray[np.float32], thickness_mm: float) -> NDArray[np.float32]:
    """Averages over slabs along z, weighted at both ends where the thickness is no odd number of samples."""
    if thickness_mm <= 1:
        return hu
    reach = int(np.ceil((thickness_mm - 1) / 2))
    weights = np.ones(2 * reach + 1)
    weights[[0, -1]] = (thickness_mm - (2 * reach - 1)) / 2
    return np.asarray(correlate1d(hu, weights / thickness_mm, axis=SLICES, mode="nearest"), dtype=np.float32)


def _blurred(hu: NDArray[np.float32], sd_mm: float) -> NDArray[np.float32]:
    """Blurred within slices."""
    rows = gaussian_filter1d(hu, sd_mm, axis=ROWS, mode="nearest")
    return np.asarray(gaussian_filter1d(rows, sd_mm, axis=COLUMNS, mode="nearest"), dtype=np.float32)


def _noise(shape: tuple[int, ...], sd_hu: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise with grain within slices, of this SD."""
    white = _blurred(rng.standard_normal(shape, dtype=np.float32), NOISE_GRAIN_MM)
    return np.asarray(white * np.float32(sd_hu / white.std()), dtype=np.float32)
