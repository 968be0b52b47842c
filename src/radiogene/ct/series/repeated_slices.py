"""Slices that stand twice in a series: harmless copies of a file, and different images at one place."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.series.dicom_pixels import decode_slices_hu
from radiogene.ct.series.dicom_series import COINCIDENT_MM
from radiogene.ct.series.slice_header import SliceHeader
from radiogene.errors import GeometryError, SeriesError
from radiogene.storage.plain_words import counted

NAMED_PAIRS = 3
"""How many pairs a message names before it counts the rest."""


def copy_decisions(copies: Sequence[tuple[SliceHeader, SliceHeader]], series_name: str) -> tuple[str, ...]:
    """What to say about copies left out: files with the SOP Instance UID, place and pixels of another.

    Args:
        copies: (copy, the slice that was kept).
        series_name: for messages.

    Raises:
        SeriesError: a copy has other pixels than its original.
    """
    for copy, kept in copies:
        if not _same_pixels(copy, kept):
            raise SeriesError(
                f"Series {series_name}: {copy.place} and {kept.place} have the same SOP Instance UID and position "
                "and different pixels; remove the wrong one."
            )
    if not copies:
        return ()
    left_out = counted(len(copies), "copy", "copies")
    return (f"{left_out} of other files left out (same SOP Instance UID, position and pixels)",)


def refuse_coincident(slices: Sequence[SliceHeader], depths_mm: NDArray[np.float64], series_name: str) -> None:
    """Refuse two slices at one place.

    Args:
        slices: in order of depth.
        depths_mm: (slices,) along the normal.
        series_name: for the message.

    Raises:
        GeometryError: it names the files, and says whether their pixels are the same.
    """
    pairs = np.flatnonzero(np.diff(depths_mm) <= COINCIDENT_MM)
    if not pairs.size:
        return
    lines = []
    for i in pairs[:NAMED_PAIRS]:
        pixels = "the same pixels" if _same_pixels(slices[i], slices[i + 1]) else "different pixels"
        lines.append(f"  {slices[i].place} and {slices[i + 1].place} at {slices[i].point_text} mm: {pixels}")
    if pairs.size > NAMED_PAIRS:
        lines.append(f"  and {pairs.size - NAMED_PAIRS} more")
    raise GeometryError(
        f"Series {series_name} has {counted(pairs.size, 'pair')} of slices at the same position; expected "
        "one slice at each. Remove the duplicate of each pair, or put the acquisitions into folders of their own:\n"
        + "\n".join(lines)
    )


def _same_pixels(one: SliceHeader, other: SliceHeader) -> bool:
    """True where two slices have the same values in HU."""
    first, second = decode_slices_hu([one, other])
    return bool(np.array_equal(first, second))
