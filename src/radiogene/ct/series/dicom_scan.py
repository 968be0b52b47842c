"""From one chosen DICOM series to a scan whose slices are read when asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import UID

from radiogene.ct.scan import WHOLE, Scan, Window, cleaned_hu
from radiogene.ct.series.dicom_pixels import LOSSY, decode_windows_hu, differing_lines, padding_note
from radiogene.ct.series.repeated_slices import copy_decisions
from radiogene.ct.series.series_choice import ChosenSeries
from radiogene.ct.series.slice_header import SliceHeader
from radiogene.ct.series.slice_stack import SliceStack, stack_slices


@dataclass(frozen=True, eq=False)
class StackReader:
    """Reads slices of a stack in HU from its files."""

    stack: SliceStack

    def __call__(self, first: int, stop: int) -> NDArray[np.float32]:
        """Float32 HU (slices, rows, columns) of the slices first..stop-1 in grid order.

        Raises:
            IndexError: the range is not within the grid.
            SeriesError: a file is gone or corrupt.
        """
        return cleaned_hu(self.windows(first, stop, (WHOLE,))[0])

    def windows(self, first: int, stop: int, windows: Sequence[Window]) -> tuple[NDArray[np.float32], ...]:
        """Per window its part (slices, rows, columns) in HU of the slices first..stop-1 in grid order.

        Slices of files also have what is below -1024 HU; interpolated ones do not.

        Raises:
            IndexError, SeriesError: as above.
        """
        columns, rows, count = self.stack.grid.shape_ijk
        if not 0 <= first <= stop <= count:
            raise IndexError(f"Slices {first} to {stop} of a scan with {count} slices.")
        mixtures = self.stack.mixtures[first:stop]
        needed = sorted(
            {index for mixture in mixtures for index in (mixture.lower, mixture.lower + (mixture.upper_share > 0))}
        )
        decoded = zip(needed, decode_windows_hu([self.stack.slices[index] for index in needed], windows), strict=True)
        shapes = [[len(range(n)[part]) for n, part in zip((rows, columns), window, strict=True)] for window in windows]
        parts_hu = tuple(np.empty((stop - first, *shape), np.float32) for shape in shapes)
        recent: dict[int, tuple[NDArray[np.float32], ...]] = {}
        for number, mixture in enumerate(mixtures):
            wanted = {mixture.lower, mixture.lower + (mixture.upper_share > 0)}
            recent = {index: parts for index, parts in recent.items() if index in wanted}
            while len(recent) < len(wanted):
                index, parts = next(decoded)
                recent[index] = parts
            for part, lower_hu in zip(parts_hu, recent[mixture.lower], strict=True):
                part[number] = lower_hu
            if mixture.upper_share > 0:
                pairs = zip(parts_hu, recent[mixture.lower], recent[mixture.lower + 1], strict=True)
                for part, lower, upper in pairs:
                    lower_hu = cleaned_hu(lower)
                    part[number] = lower_hu + np.float32(mixture.upper_share) * (cleaned_hu(upper) - lower_hu)
        return parts_hu


def dicom_scan(chosen: ChosenSeries, allow_gaps: bool) -> Scan:
    """The scan of a chosen series.

    Raises:
        GeometryError: the slices do not form an even stack.
        SeriesError: a copy of a slice differs from it.
    """
    series = chosen.series
    stack = stack_slices(series.slices, series.name, allow_gaps)
    first = stack.slices[0]
    reader = StackReader(stack)
    return Scan(
        grid=stack.grid,
        read_slices=reader,
        read_windows=reader.windows,
        source=f"series {series.name}",
        series_uid=series.series_uid or None,
        frame_of_reference_uid=first.frame_of_reference_uid or None,
        patient_id=first.patient_id or None,
        slice_sop_uids=tuple(
            "" if mixture.upper_share else stack.slices[mixture.lower].sop_uid for mixture in stack.mixtures
        ),
        slice_places=tuple(
            "" if mixture.upper_share else stack.slices[mixture.lower].place for mixture in stack.mixtures
        ),
        decisions=(
            *chosen.decisions,
            *copy_decisions(series.copies, series.name),
            *stack.decisions,
            *_pixel_decisions(stack.slices),
        ),
        facts=_facts(stack.slices),
    )


def _pixel_decisions(slices: tuple[SliceHeader, ...]) -> tuple[str, ...]:
    """What the result has to say about compression with loss and about padding."""
    decisions = []
    lossy = [header for header in slices if header.pixels.lossy or header.pixels.transfer_syntax_uid in LOSSY]
    if lossy:
        syntax = UID(lossy[0].pixels.transfer_syntax_uid).name
        decisions.append(f"pixels of {len(lossy)} slices were compressed with loss ({syntax})")
    note = next(filter(None, map(padding_note, slices)), None)
    if note:
        decisions.append(note)
    unreadable = {name for header in slices for name in header.facts.unreadable.split(", ") if name}
    if unreadable:
        decisions.append(f"{', '.join(sorted(unreadable))} left out of the record, as no number stands there")
    if differing := differing_lines(slices):
        decisions.append(differing)
    return tuple(decisions)


def _facts(slices: tuple[SliceHeader, ...]) -> dict[str, str | float | int | None]:
    """What the manifest says about the making of the scan."""
    first = slices[0]
    return {
        "manufacturer": first.facts.manufacturer,
        "model": first.facts.model,
        "kernel": first.facts.kernel,
        "kvp": first.facts.kvp,
        "slice_thickness_mm": first.facts.slice_thickness_mm,
        "transfer_syntax": UID(first.pixels.transfer_syntax_uid).name,
        "files": len({header.path for header in slices}),
        "slices": len(slices),
    }
