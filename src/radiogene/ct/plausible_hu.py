"""Whether the pixels around a nodule can be Hounsfield units: at both ends, in what is cut off, and slice by slice.

A header can state anything; pixels that were read with another sign, byte order, slope or number of bits, or that came
out of a damaged file, show it themselves. The figures beside the limits are of real scans, measured once: four CTs with
all their values (LIDC-IDRI-0001, R01-001 and LungFCP-01-0001 in DICOM; lung1 in NRRD), and grey slices of NSCLC
Radiogenomics (12 patients for the shares of pixels, 69 for the comparison of neighbours, whose spacing is not known).
`benchmarks/plausibility_of_real_scans.py` does not print these figures; it counts how many of the scans are refused.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.scan import AIR_HU
from radiogene.storage.plain_words import counted

HIGHEST_HU = 32767.0
"""The largest number that a cube holds; the extended scale of CT ends at 30,710 HU."""

HIGHEST_AIR_HU = -300.0
"""Lung lies below it; soft-tissue windows end above it."""

SMALLEST_AIR_SHARE = 0.01
"""Share of the pixels above -1024, which is padding, and up to -300 HU: lung and air. Real scans: 0.32 to 0.69."""

SOFT_TISSUE_HU = (-200.0, 200.0)
SMALLEST_SOFT_SHARE = 0.03
"""Share of the pixels that fat, muscle and blood have. Real scans: 0.11 to 0.43 a slice."""

DENSE_HU = 300.0
LARGEST_DENSE_SHARE = 0.2
"""Share of the pixels above 300 HU, which bone and metal have. Real scans: at most 0.05 a slice."""

LOW_PERCENTILE = 1.0
HIGHEST_LOW_END_HU = -750.0
"""Without padding, one pixel in a hundred lies below it. Real scans: -1,023 to -1,005 HU."""

BELOW_AIR_HU = -1100.0
LARGEST_BELOW_AIR_SHARE = 0.05
"""Share of the pixels below any air, the one value that marks padding left out. No real scan passes it."""

LARGEST_SLICE_RATIO = 1.0
"""How far a slice is from the mean of its neighbours, beside how far they are from each other. Real scans: 0.66."""

SLICE_EASE_HU = 5.0
"""Added to what neighbours differ by, as volumes without noise have neighbours that do not differ."""

LARGEST_BAND_RATIO = 2.5
BAND_EASE_HU = 15.0
BAND_ROWS = 2
"""The same for two rows of the probe, as damaged compression goes from a row to the end. Real scans: 1.33."""

LARGEST_CROP_BAND_RATIO = 6.0
CROP_BAND_ROWS = 8
"""The same for eight rows of the part that the cube comes from. Real scans: 3.3, in twelve parts of each."""

LARGEST_SLOPE_CHANGE = 0.1
"""How far the line that takes the neighbours' mean to a slice is from slope 1. Real scans: 0.052."""

LARGEST_SHIFT_HU = 40.0
"""How far the soft tissue of a slice lies from its neighbours', as a median. Real scans: 16 HU."""

LARGEST_END_RATIO = 2.5
"""How far the scan's first slice is from the second, beside the second from the third. Real scans: 1.14."""

LARGEST_STEP_RATIO = 4.0
STEP_EASE_HU = 20.0
"""The largest difference of neighbouring slices beside the median one. Real scans: 1.8."""

WHOLE_CHEST_MM = 200.0
"""Least side of a slice that shows a chest and where it ends. In a smaller cut-out of a scan the lung reaches the
border as the air around a patient does, and there may be little soft tissue to be looked at or compared: of 75 real
cubes of 51 mm, 17 would be refused for their soft tissue and slopes, and 51 as outside the body."""

FEWEST_SLICES = 4
"""Fewer have no neighbours to be compared with."""

SHARPLY_CUT_SHARE = 0.005
LOWEST_TOP_HU = 2000.0
"""So many pixels of the one highest value below it, and bone was cut off by a window. None of the four CTs."""


def reason_not_finite(crop_kji: NDArray[np.float32], probe_kji: NDArray[np.float32]) -> str | None:
    """Why no cube can be made of the pixels at all: some are no number, or too large for one; None where it can.

    Args:
        crop_kji: (slices, rows, columns) in HU, what the cube is interpolated from.
        probe_kji: (slices, rows, columns) in HU, thinned evenly over the whole slices.
    """
    for values in (crop_kji, probe_kji):
        if not np.isfinite(values).all():
            return "some pixels are infinite or no number: the slope of a slice, or its values, cannot be meant"
        if values.size and values.max() > HIGHEST_HU:
            return (
                f"pixels reach {values.max():.6g} HU, and no CT reaches {HIGHEST_HU:g}: negative numbers were read as "
                "positive ones (PixelRepresentation), or a slope is wrong"
            )
    return None


def reason_without_air(probe_kji: NDArray[np.float32]) -> str | None:
    """Why slices without air are not HU; None where they show some.

    Args:
        probe_kji: (slices, rows, columns) in HU, thinned evenly over the whole slices.
    """
    air = float(((probe_kji > AIR_HU) & (probe_kji <= HIGHEST_AIR_HU)).mean())
    if air >= SMALLEST_AIR_SHARE:
        return None
    return (
        f"{air:.1%} of the slices around the nodule lie between -1024 and {HIGHEST_AIR_HU:g} HU, where a chest CT "
        "shows lung. It looks windowed, shifted or normalised"
    )


def reasons_not_hu(
    crop_kji: NDArray[np.float32], probe_kji: NDArray[np.float32], places: Sequence[str], field_mm: float = np.inf
) -> list[str]:
    """What speaks against pixels in HU, each with its likely cause; empty for every real scan at hand.

    Args:
        crop_kji: (slices, rows, columns) in HU, what the cube is interpolated from, at -1024 and above.
        probe_kji: (slices, rows, columns) in HU, thinned evenly over the whole slices, with what lies below -1024.
        places: what to call each slice.
        field_mm: the shorter side of a slice.
    """
    whole = field_mm >= WHOLE_CHEST_MM
    return [*_of_all(probe_kji, whole), *_of_slices(crop_kji, np.maximum(probe_kji, np.float32(AIR_HU)), places, whole)]


def note_on_top(probe_kji: NDArray[np.float32]) -> str | None:
    """A sentence for the result where the highest values look cut off by a window; else None.

    Args:
        probe_kji: (slices, rows, columns) in HU, thinned evenly over the whole slices.
    """
    top = float(probe_kji.max(initial=AIR_HU))
    share = float((probe_kji == top).mean())
    if not DENSE_HU < top < LOWEST_TOP_HU or share < SHARPLY_CUT_SHARE:
        return None
    return f"{share:.1%} of the pixels are {top:g} HU and none is higher: a window may have cut off what is denser."


def _of_all(probe: NDArray[np.float32], whole: bool) -> list[str]:
    """What speaks against the values of all slices together (slices, rows, columns)."""
    found = []
    below = probe[probe < BELOW_AIR_HU]
    if below.size:
        values, counts = np.unique(below, return_counts=True)
        share = (below.size - int(counts.max())) / probe.size
        if share > LARGEST_BELOW_AIR_SHARE:
            found.append(
                f"{share:.0%} of the pixels lie below {BELOW_AIR_HU:g} HU (down to {values[0]:.6g}), where nothing is. "
                "A slope or an intercept is wrong, or an intercept was subtracted twice"
            )
    if without_air := reason_without_air(probe):
        found.append(without_air)
    cleaned = np.maximum(probe, np.float32(AIR_HU))
    soft = float(((cleaned >= SOFT_TISSUE_HU[0]) & (cleaned <= SOFT_TISSUE_HU[1])).mean())
    if whole and soft < SMALLEST_SOFT_SHARE:
        found.append(
            f"{soft:.1%} of the slices around the nodule lie between {SOFT_TISSUE_HU[0]:g} and {SOFT_TISSUE_HU[1]:g} "
            f"HU, where fat and muscle are (expected at least {SMALLEST_SOFT_SHARE:.0%}). The values look shifted (an "
            "intercept subtracted twice), scaled, or byte-swapped"
        )
    dense = float((cleaned > DENSE_HU).mean())
    if dense > LARGEST_DENSE_SHARE:
        found.append(
            f"{dense:.0%} of the slices around the nodule lie above {DENSE_HU:g} HU, where only bone and metal are "
            f"(expected at most {LARGEST_DENSE_SHARE:.0%}). The values look inverted, scaled, byte-swapped, or read "
            "with the wrong sign"
        )
    inside = cleaned[cleaned > AIR_HU]
    low = float(np.percentile(inside, LOW_PERCENTILE)) if inside.size else AIR_HU
    if low > HIGHEST_LOW_END_HU:
        found.append(
            f"the lowest values are about {low:.0f} HU, and air in a chest CT is near -1000. The values look scaled, "
            "shifted or windowed"
        )
    return found


def _of_slices(crop: NDArray[np.float32], probe: NDArray[np.float32], places: Sequence[str], whole: bool) -> list[str]:
    """What speaks against single slices beside their neighbours; both (slices, rows, columns), -1024 and above."""
    if len(probe) < FEWEST_SLICES:
        return []
    odd = {slice_: why for why, slices in _odd_slices(crop, probe, whole) for slice_ in slices}
    if odd:
        first = min(odd)
        others = f" (and {counted(len(odd) - 1, 'other')})" if len(odd) > 1 else ""
        return [
            f"{places[first]}{others} {odd[first]}. Its pixels are damaged, or it is read with another slope, sign or "
            "number of bits than they are"
        ]
    steps = np.abs(np.diff(probe, axis=0)).mean(axis=(1, 2))
    largest = int(steps.argmax())
    if steps[largest] > LARGEST_STEP_RATIO * (np.median(steps) + STEP_EASE_HU):
        return [
            f"from {places[largest]} to the next the pixels change by {steps[largest]:.0f} HU on average, elsewhere by "
            f"{np.median(steps):.0f}. The slices are read with two slopes or signs, or are not of one acquisition"
        ]
    return []


def _odd_slices(crop: NDArray[np.float32], probe: NDArray[np.float32], whole: bool) -> list[tuple[str, list[int]]]:
    """Per kind of difference, in words, the slices that show it; both arrays (slices, rows, columns).

    Scale and soft tissue are compared where slices show a whole chest.
    """
    between = (probe[:-2] + probe[2:]) / 2
    off, apart = np.abs(probe[1:-1] - between), np.abs(probe[2:] - probe[:-2])
    ratio = off.mean(axis=(1, 2)) / (apart.mean(axis=(1, 2)) + SLICE_EASE_HU)
    bands = _band_ratio(off, apart, BAND_ROWS)
    crop_off = np.abs(crop[1:-1] - (crop[:-2] + crop[2:]) / 2)
    crop_bands = _band_ratio(crop_off, np.abs(crop[2:] - crop[:-2]), CROP_BAND_ROWS)
    slopes, shifts = _lines(between, probe[1:-1]) if whole else (np.ones(len(ratio)), np.zeros(len(ratio)))
    steps = np.abs(np.diff(probe, axis=0)).mean(axis=(1, 2))
    ends = [0] * bool(steps[0] > LARGEST_END_RATIO * (steps[1] + STEP_EASE_HU))
    ends += [len(probe) - 1] * bool(steps[-1] > LARGEST_END_RATIO * (steps[-2] + STEP_EASE_HU))
    differs = "differs from both of its neighbours, which are alike"

    def where(is_odd: NDArray[np.bool_]) -> list[int]:
        return (np.flatnonzero(is_odd) + 1).tolist()

    # Only the slices that differ most from their neighbours: those beside a damaged one differ as well, by half.
    highest = np.array([ratio[max(0, k - 1) : k + 2].max() for k in range(len(ratio))])
    return [
        (differs + " in some rows", where(crop_bands > LARGEST_CROP_BAND_RATIO)),
        (differs + " in some rows", where(bands > LARGEST_BAND_RATIO)),
        (
            "has values on another scale than its neighbours",
            where(_beyond(slopes - 1, LARGEST_SLOPE_CHANGE, highest, ratio)),
        ),
        (
            "has its soft tissue at other values than its neighbours",
            where(_beyond(shifts, LARGEST_SHIFT_HU, highest, ratio)),
        ),
        (differs, where(ratio > LARGEST_SLICE_RATIO)),
        ("differs from its neighbour as no other slice does", ends),
    ]


def _beyond(
    change: NDArray[np.float64], limit: float, highest: NDArray[np.float32], ratio: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Which changes (slices,) pass a limit in a slice that differs more than those beside it."""
    return (np.abs(change) > limit) & (ratio >= highest)


def _band_ratio(off: NDArray[np.float32], apart: NDArray[np.float32], rows: int) -> NDArray[np.float32]:
    """Per slice the largest ratio of `off` to `apart` (slices, rows, columns) over bands of so many rows."""
    count = max(off.shape[1] // rows, 1)
    bands = [slice(n * rows, None if n == count - 1 else (n + 1) * rows) for n in range(count)]
    ratios = [off[:, band].mean(axis=(1, 2)) / (apart[:, band].mean(axis=(1, 2)) + BAND_EASE_HU) for band in bands]
    return np.max(ratios, axis=0)


def _lines(between: NDArray[np.floating], own: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Per slice the slope of the least-squares line from its neighbours' mean, and the median shift of soft tissue.

    Args:
        between: (slices, rows, columns) the neighbours' mean.
        own: (slices, rows, columns) the slices between them.
    """
    slopes, shifts = np.ones(len(own)), np.zeros(len(own))
    for k, (mean, values) in enumerate(zip(between, own, strict=True)):
        centred = mean - mean.mean(dtype=np.float64)
        spread = float((centred**2).mean())
        if spread > 1:
            slopes[k] = float((centred * values).mean()) / spread
        soft = (mean >= SOFT_TISSUE_HU[0]) & (mean <= SOFT_TISSUE_HU[1])
        if soft.mean() > SMALLEST_SOFT_SHARE:
            shifts[k] = float(np.median(values[soft] - mean[soft]))
    return slopes, shifts
