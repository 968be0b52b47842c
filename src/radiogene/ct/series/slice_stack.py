"""From the positions of slices to the voxel grid: order, spacing, tilt, duplicates and gaps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.series.dicom_series import normal_lps
from radiogene.ct.series.repeated_slices import refuse_coincident
from radiogene.ct.series.slice_header import SliceHeader
from radiogene.errors import GeometryError
from radiogene.storage.plain_words import counted

UNEVEN_SHARE = 0.01
"""Slices uneven by more than this share of the spacing are refused (`method.md` section 1)."""

LONGEST_GAP_MM = 32.0
"""Half a cube: what lies in a wider gap is not known from its ends."""

ROUNDED_TO_MM = (0.1, 0.01)
ROUNDING_ERROR = 1e-4
LARGEST_UNIT_SHARE = 0.1
"""Positions are often written to a tenth or a hundredth of a millimetre; that is believed where it is a small part of
the step, so that no slice can be missing."""

IN_PLANE_TOLERANCE_MM = 0.05
"""How far a slice may lie beside the line through all slices: positions are often written to 0.1 mm."""

NAMED_PLACES = 3
"""How many places a message names before it counts the rest."""

LARGEST_SLICE_COUNT = 10_000
"""A gap that needs more slices than this to fill is an error of position."""

TILT_WORTH_SAYING_DEGREES = 0.1


@dataclass(frozen=True)
class SliceMixture:
    """A slice of the grid as (1 - share) x slice `lower` + share x slice `lower` + 1 of the series."""

    lower: int
    upper_share: float


@dataclass(frozen=True, eq=False)
class SliceStack:
    """The grid of a series and where each of its slices comes from.

    Attributes:
        slices: the series' slices in grid order.
        mixtures: one per slice of the grid.
    """

    grid: VoxelGrid
    slices: tuple[SliceHeader, ...]
    mixtures: tuple[SliceMixture, ...]
    decisions: tuple[str, ...]


def stack_slices(slices: Sequence[SliceHeader], series_name: str, allow_gaps: bool) -> SliceStack:
    """The grid of slices that share orientation, size and pixel spacing.

    Args:
        slices: in order of depth along row x column direction.
        series_name: for messages.
        allow_gaps: place interpolated slices at an even step over missing or uneven ones. The step is the most
            frequent distance between neighbours (distances within 1% count together, the smaller wins a tie),
            changed by the fraction that makes the last slice a whole number of steps from the first.

    Raises:
        GeometryError: fewer than two slices, two at one place, uneven slices, or slices that drift sideways.

    Source: DICOM PS3.3 C.7.6.2.1.1 (the plane's place); `method.md` section 1.
    """
    if len(slices) < 2:
        raise GeometryError(f"Series {series_name} has one slice at {slices[0].place}; a volume needs at least two.")
    positions = np.array([header.position_lps_mm for header in slices], dtype=np.float64)
    normal = normal_lps(slices[0])
    depths_mm = positions @ normal
    refuse_coincident(slices, depths_mm, series_name)
    drift = (positions[-1] - positions[0]) / (depths_mm[-1] - depths_mm[0])
    _refuse_drift(slices, positions, depths_mm, drift, series_name)
    step_mm = _modal_step_mm(np.diff(depths_mm))
    decisions = []
    if _is_even(depths_mm, step_mm):
        mixtures = tuple(SliceMixture(index, 0.0) for index in range(len(slices)))
        step_mm = (depths_mm[-1] - depths_mm[0]) / (len(slices) - 1)
    elif (unit_mm := _rounding_mm(depths_mm, step_mm)) is not None:
        mixtures = tuple(SliceMixture(index, 0.0) for index in range(len(slices)))
        step_mm = (depths_mm[-1] - depths_mm[0]) / (len(slices) - 1)
        decisions.append(f"positions are written to {unit_mm:g} mm; slices taken as evenly {step_mm:.4f} mm apart")
    elif allow_gaps:
        step_mm, mixtures = _evenly_spaced(depths_mm, step_mm, series_name)
        decisions.append(_gap_decision(depths_mm, step_mm, mixtures))
    else:
        raise GeometryError(_uneven_message(slices, depths_mm, step_mm, series_name))
    tilt_degrees = float(np.degrees(np.arccos(np.clip(1 / np.linalg.norm(drift), 0, 1))))
    if tilt_degrees > TILT_WORTH_SAYING_DEGREES:
        decisions.append(f"slices sheared by {tilt_degrees:.1f} degrees (tilted gantry), read with a sheared grid")
    grid = _grid(slices[0], drift * step_mm, len(mixtures))
    return SliceStack(grid, tuple(slices), mixtures, tuple(decisions))


def _grid(first: SliceHeader, step_lps_mm: NDArray[np.float64], count: int) -> VoxelGrid:
    """The grid from the first slice and the step (3,) to the next."""
    between_rows_mm, between_columns_mm = first.pixel_spacing_mm
    affine = np.eye(4)
    affine[:3, 0] = np.multiply(first.row_direction_lps, between_columns_mm)
    affine[:3, 1] = np.multiply(first.column_direction_lps, between_rows_mm)
    affine[:3, 2] = step_lps_mm
    affine[:3, 3] = first.position_lps_mm
    return VoxelGrid(affine, (first.columns, first.rows, count))


def _refuse_drift(
    slices: Sequence[SliceHeader],
    positions_lps_mm: NDArray[np.float64],
    depths_mm: NDArray[np.float64],
    drift: NDArray[np.float64],
    series_name: str,
) -> None:
    """Refuse slices that do not lie on one line, sideways of the normal.

    Args:
        slices: in order of depth.
        positions_lps_mm: (slices, 3).
        depths_mm: (slices,) along the normal.
        drift: (3,) mm of movement per mm of depth.
        series_name: for messages.
    """
    line = positions_lps_mm[0] + np.outer(depths_mm - depths_mm[0], drift)
    aside_mm = np.linalg.norm(positions_lps_mm - line, axis=1)
    if aside_mm.max() > IN_PLANE_TOLERANCE_MM:
        worst = int(aside_mm.argmax())
        raise GeometryError(
            f"Series {series_name}: slice {slices[worst].place} at {slices[worst].point_text} mm lies "
            f"{aside_mm[worst]:.2f} mm beside the line through the first and last slice; expected one line within "
            f"{IN_PLANE_TOLERANCE_MM} mm. The table or the field of view moved: give an acquisition without that."
        )


def _modal_step_mm(steps_mm: NDArray[np.float64]) -> float:
    """The most frequent step: the median of the largest set within 1% above one step; the smaller set wins a tie."""
    ordered = np.sort(steps_mm)
    ends = np.searchsorted(ordered, ordered * (1 + UNEVEN_SHARE), side="right")
    start = int(np.argmax(ends - np.arange(len(ordered))))
    return float(np.median(ordered[start : ends[start]]))


def _is_even(depths_mm: NDArray[np.float64], step_mm: float) -> bool:
    """True where no step, and no slice's place on the even grid, is off by more than 1% of the step.

    Steps are compared with `step_mm` or else with their mean: 0.625 mm written with two decimals alternates between
    0.62 and 0.63 mm, which is within 1% of what it was, although not of each other.
    """
    steps_mm = np.diff(depths_mm)
    even_mm = np.linspace(depths_mm[0], depths_mm[-1], len(depths_mm))
    limit_mm = UNEVEN_SHARE * step_mm * (1 + 1e-6)
    off_mm = min(float(np.abs(steps_mm - wanted_mm).max()) for wanted_mm in (step_mm, steps_mm.mean()))
    return bool(off_mm <= limit_mm and np.abs(depths_mm - even_mm).max() <= limit_mm)


def _rounding_mm(depths_mm: NDArray[np.float64], step_mm: float) -> float | None:
    """The unit that positions (slices,) of even slices were rounded to; None where they are not rounded or not even."""
    even_mm = np.linspace(depths_mm[0], depths_mm[-1], len(depths_mm))
    for unit_mm in ROUNDED_TO_MM:
        rounded = np.abs(depths_mm / unit_mm - np.rint(depths_mm / unit_mm)).max() < ROUNDING_ERROR
        if rounded and unit_mm <= LARGEST_UNIT_SHARE * step_mm:
            # Each slice, and each end of the even grid, is off by half a unit at most.
            return unit_mm if np.abs(depths_mm - even_mm).max() <= unit_mm * (1 + ROUNDING_ERROR) else None
    return None


def _evenly_spaced(
    depths_mm: NDArray[np.float64], step_mm: float, series_name: str
) -> tuple[float, tuple[SliceMixture, ...]]:
    """The even step that fits between the first and last slice, and the mixtures at its places."""
    count = max(round((depths_mm[-1] - depths_mm[0]) / step_mm), 1)
    if count > LARGEST_SLICE_COUNT:
        raise GeometryError(
            f"Series {series_name} reaches over {depths_mm[-1] - depths_mm[0]:.0f} mm at a step of {step_mm:.3f} mm: "
            f"filling its gaps would take {count} slices, at most {LARGEST_SLICE_COUNT} are meant. Give one series."
        )
    places_mm = np.linspace(depths_mm[0], depths_mm[-1], count + 1)
    even_step_mm = float((depths_mm[-1] - depths_mm[0]) / count)
    mixtures = []
    for place_mm in places_mm:
        nearest = int(np.abs(depths_mm - place_mm).argmin())
        if abs(depths_mm[nearest] - place_mm) <= UNEVEN_SHARE * even_step_mm:
            mixtures.append(SliceMixture(nearest, 0.0))
            continue
        lower = int(np.searchsorted(depths_mm, place_mm, side="right")) - 1
        share = (place_mm - depths_mm[lower]) / (depths_mm[lower + 1] - depths_mm[lower])
        mixtures.append(SliceMixture(lower, float(share)))
    longest_mm = float(np.diff(depths_mm).max())
    if longest_mm > LONGEST_GAP_MM:
        raise GeometryError(
            f"Series {series_name} has a gap of {longest_mm:.0f} mm, which would be filled with slices of no file; at "
            f"most {LONGEST_GAP_MM:g} mm are interpolated. Give the slices that are missing, or one acquisition."
        )
    return even_step_mm, tuple(mixtures)


def _gap_decision(depths_mm: NDArray[np.float64], step_mm: float, mixtures: tuple[SliceMixture, ...]) -> str:
    """What was filled in, for the result."""
    interpolated = sum(mixture.upper_share > 0 for mixture in mixtures)
    return (
        f"{interpolated} of {len(mixtures)} slices interpolated linearly between {len(depths_mm)} slices that are "
        f"{np.diff(depths_mm).min():.3f} to {np.diff(depths_mm).max():.3f} mm apart, "
        f"to an even {step_mm:.4f} mm (allow_gaps)"
    )


def _uneven_message(
    slices: Sequence[SliceHeader], depths_mm: NDArray[np.float64], step_mm: float, series_name: str
) -> str:
    """Where slices are missing or uneven."""
    steps_mm = np.diff(depths_mm)
    off = np.flatnonzero(np.abs(steps_mm - step_mm) > UNEVEN_SHARE * step_mm)
    if not off.size:
        return (
            f"Series {series_name}: slice spacing drifts from {steps_mm.min():.4f} to {steps_mm.max():.4f} mm, which "
            f"moves slices by more than {UNEVEN_SHARE:.0%} of the spacing from an even grid; pass `allow_gaps` to "
            "interpolate to even spacing."
        )
    places = []
    for i in off[:NAMED_PLACES]:
        ratio = steps_mm[i] / step_mm
        whole = round(ratio)
        missing = whole >= 2 and abs(ratio - whole) <= whole * UNEVEN_SHARE
        what = f"{counted(whole - 1, 'slice')} missing" if missing else "uneven"
        places.append(
            f"  {what}: {steps_mm[i]:.3f} mm between {slices[i].place} at {slices[i].point_text} mm "
            f"and {slices[i + 1].place} at {slices[i + 1].point_text} mm"
        )
    return (
        f"Series {series_name}: slices are missing or uneven at {counted(off.size, 'place')}; expected a "
        f"step of {step_mm:.3f} mm within {UNEVEN_SHARE:.0%}. Restore the files, or pass `allow_gaps` to interpolate "
        "linearly to even spacing:\n" + _with_rest(places, off.size)
    )


def _with_rest(lines: list[str], total: int) -> str:
    """The lines and how many more there are."""
    return "\n".join([*lines, f"  and {total - len(lines)} more"] if total > len(lines) else lines)
