"""Sorting CT slices into series that each form one stack, and saying which of them can be taken."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.series.dicom_pixels import reason_not_hu
from radiogene.ct.series.slice_header import SliceHeader
from radiogene.storage.plain_words import counted

NEEDED_LENGTH_MM = 64.0
"""Side of the cube (`method.md` section 1): a series shorter than this is never chosen silently."""

ROUNDING_MM = 0.01
"""Lengths that differ by less are the same length."""

COINCIDENT_MM = 0.01
"""Slices closer than this along the normal lie at the same place; no CT is reconstructed so densely."""

SAME_DIRECTION = 1e-4
"""Largest difference of direction cosines within a stack: 0.03 mm over a field of 300 mm."""

SAME_SPACING = 1e-4
"""Largest relative difference of pixel spacing within a stack."""

SMALLEST_ACQUISITION = 3
"""Fewer slices than this are not an acquisition of their own but strays within another."""

PROJECTION_TYPES = frozenset({"MIP", "MINIP", "MAX_IP", "MIN_IP", "PROJECTION IMAGE", "VRT", "SCREEN SAVE"})
"""Values of ImageType whose pixels are not the densities of a thin slice."""

SPLITTING_TRAITS: tuple[Callable[[SliceHeader], object], ...] = (
    lambda header: header.image_type,
    lambda header: header.facts.kernel,
    lambda header: header.acquisition,
    lambda header: header.phase,
)
"""What tells apart acquisitions that share a series UID and lie over each other, most telling first."""


@dataclass(frozen=True, eq=False)
class CtSeries:
    """Slices of equal size, spacing and orientation that should form one stack.

    Attributes:
        name: what `series` takes: the series UID, with `#1`, `#2` ... where one UID holds several stacks.
        slices: along row x column direction.
        copies: files that repeat a slice with the same SOP Instance UID at the same place, with the slice that
            was kept.
        reservation: why the series is not chosen silently; None for a candidate.
        is_readable: False where not even `series` can make it a CT in HU.
    """

    name: str
    series_uid: str
    slices: tuple[SliceHeader, ...]
    copies: tuple[tuple[SliceHeader, SliceHeader], ...]
    reservation: str | None
    is_readable: bool

    @property
    def is_derived(self) -> bool:
        """True where the images were computed from other images (first value of ImageType)."""
        return self.slices[0].image_type[:1] == ("DERIVED",)

    @property
    def slice_step_mm(self) -> float:
        """The median distance between neighbouring slices; 0 for a single slice."""
        return _median_step_mm(self.slices)

    @property
    def length_mm(self) -> float:
        """How far the slices reach along the slice axis, with half a step at each end."""
        return _length_mm(self.slices)


def depth_mm(header: SliceHeader) -> float:
    """The slice's position along row x column direction, in mm."""
    return float(np.dot(normal_lps(header), header.position_lps_mm))


def normal_lps(header: SliceHeader) -> NDArray[np.float64]:
    """The unit vector (3,) row x column direction, in which slices are counted."""
    return np.cross(header.row_direction_lps, header.column_direction_lps)


def sort_into_series(slices: Iterable[SliceHeader]) -> list[CtSeries]:
    """All stacks among the slices, the largest of each series UID first; independent of file names and order.

    Slices share a stack where patient, series, frame of reference, size, pixel spacing, orientation and StackID
    agree. Where such slices lie over each other, image type, kernel, acquisition number or temporal position
    tells them apart.
    """
    by_uid: dict[str, list[list[SliceHeader]]] = defaultdict(list)
    originals, copies = _without_copies(slices)
    for stack in _same_geometry(originals):
        by_uid[stack[0].series_uid].extend(_apart(sorted(stack, key=depth_mm)))
    series = []
    for uid in sorted(by_uid):
        stacks = sorted(by_uid[uid], key=_stack_order)
        for number, stack in enumerate(stacks, start=1):
            name = uid if len(stacks) == 1 else f"{uid}#{number}"
            series.append(_series(name, stack, copies))
    return series


def _without_copies(
    slices: Iterable[SliceHeader],
) -> tuple[list[SliceHeader], dict[int, list[SliceHeader]]]:
    """The slices without repeats of the same SOP Instance UID and place, and the repeats by the id of what was kept."""
    first: dict[tuple[object, ...], SliceHeader] = {}
    copies: dict[int, list[SliceHeader]] = defaultdict(list)
    for header in sorted(slices, key=lambda header: (str(header.path), header.frame)):
        key = (
            header.series_uid,
            header.sop_uid or str(header.path),
            header.frame,
            header.position_lps_mm,
            header.rows,
            header.columns,
        )
        if key in first:
            copies[id(first[key])].append(header)
        else:
            first[key] = header
    return list(first.values()), copies


def _same_geometry(slices: Iterable[SliceHeader]) -> list[list[SliceHeader]]:
    """The slices grouped by patient, series, frame of reference, size, stack, spacing and orientation."""
    by_identity: dict[tuple[object, ...], list[list[SliceHeader]]] = defaultdict(list)
    for header in slices:
        identity = (
            header.series_uid,
            header.patient_id,
            header.frame_of_reference_uid,
            header.rows,
            header.columns,
            header.stack,
        )
        for stack in by_identity[identity]:
            if _fits(header, stack[0]):
                stack.append(header)
                break
        else:
            by_identity[identity].append([header])
    return [stack for stacks in by_identity.values() for stack in stacks]


def _fits(header: SliceHeader, first: SliceHeader) -> bool:
    """True where pixel spacing and orientation agree with those of the stack's first slice."""
    directions = (*header.row_direction_lps, *header.column_direction_lps)
    expected = (*first.row_direction_lps, *first.column_direction_lps)
    return all(
        abs(own - wanted) <= SAME_SPACING * wanted
        for own, wanted in zip(header.pixel_spacing_mm, first.pixel_spacing_mm, strict=True)
    ) and all(abs(own - wanted) <= SAME_DIRECTION for own, wanted in zip(directions, expected, strict=True))


def _apart(stack: list[SliceHeader], first_trait: int = 0) -> list[list[SliceHeader]]:
    """The stack's acquisitions where several lie over each other, else the stack itself.

    Args:
        stack: in order of depth.
        first_trait: index of the first of SPLITTING_TRAITS to try.
    """
    for index in range(first_trait, len(SPLITTING_TRAITS)):
        parts: dict[object, list[SliceHeader]] = defaultdict(list)
        for header in stack:
            parts[SPLITTING_TRAITS[index](header)].append(header)
        if len(parts) < 2 or min(len(part) for part in parts.values()) < SMALLEST_ACQUISITION:
            continue
        if _lie_over_each_other(list(parts.values())):
            return [smaller for part in parts.values() for smaller in _apart(part, index + 1)]
    return [stack]


def _lie_over_each_other(parts: list[list[SliceHeader]]) -> bool:
    """True where the ranges of depth of any two parts, each in order of depth, meet."""
    ranges = sorted((depth_mm(part[0]), depth_mm(part[-1])) for part in parts)
    return any(upper[0] < lower[1] + COINCIDENT_MM for lower, upper in pairwise(ranges))


def _stack_order(stack: list[SliceHeader]) -> tuple[object, ...]:
    """The order of stacks within a series UID: most slices first, then what does not depend on file names."""
    first = stack[0]
    return (
        -len(stack),
        first.image_type,
        first.facts.kernel or "",
        (len(first.acquisition), first.acquisition),
        (len(first.phase), first.phase),
        first.stack,
        first.frame_of_reference_uid,
        first.position_lps_mm,
        first.sop_uid,
    )


def _median_step_mm(stack: tuple[SliceHeader, ...]) -> float:
    """The median distance between neighbouring slices that do not coincide; 0 where there are none."""
    positions = np.array([header.position_lps_mm for header in stack])
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=1)
    steps = steps[steps > COINCIDENT_MM]
    return float(np.median(steps)) if steps.size else 0.0


def _length_mm(stack: tuple[SliceHeader, ...]) -> float:
    """The distance from the first to the last slice and one step more."""
    ends = np.subtract(stack[-1].position_lps_mm, stack[0].position_lps_mm)
    return float(np.linalg.norm(ends)) + _median_step_mm(stack)


def _series(name: str, stack: list[SliceHeader], copies: dict[int, list[SliceHeader]]) -> CtSeries:
    """The series of one stack with what speaks against choosing it."""
    slices = tuple(stack)
    not_hu = next((reason for reason in map(reason_not_hu, slices) if reason), None)
    projections = PROJECTION_TYPES.intersection(slices[0].image_type)
    length_mm = _length_mm(slices)
    reservation = not_hu
    if not_hu is None and projections:
        reservation = f"projection images ({', '.join(sorted(projections))}), not slices"
    elif not_hu is None and length_mm < NEEDED_LENGTH_MM - ROUNDING_MM:
        reservation = (
            f"only {length_mm:.1f} mm long ({counted(len(slices), 'slice')}); the cube needs {NEEDED_LENGTH_MM:g} mm"
        )
    repeated = tuple((copy, kept) for kept in slices for copy in copies.get(id(kept), ()))
    return CtSeries(name, slices[0].series_uid, slices, repeated, reservation, not_hu is None)
