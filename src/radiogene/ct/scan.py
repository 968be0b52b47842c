"""A CT scan: its grid in the patient and a reader of its slices in Hounsfield units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from radiogene.ct.geometry import VoxelGrid

AIR_HU = -1024.0
"""Pixel padding, values below it, and everything outside the scan count as this (`method.md` section 1)."""


Window = tuple[slice, slice]
"""Rows and columns of a slice."""

WHOLE: Window = (slice(None), slice(None))


@dataclass(frozen=True, eq=False)
class Scan:
    """One CT series or volume, whose pixels are read only when asked for.

    Attributes:
        grid: where the voxels lie; always right-handed, so that slices are counted along row x column direction.
        read_slices: (first, stop) -> float32 HU (slices, rows, columns) of the slices first..stop-1 in grid order;
            padding and values below -1024 are already -1024.
        source: what to call this scan in messages: a series UID or a file name, never a patient's name.
        series_uid, frame_of_reference_uid, patient_id: as in DICOM; None where the file has none. `patient_id` serves
            only to compare with a segmentation's and is never written to an output.
        slice_sop_uids: SOP Instance UID of each slice in grid order; empty where there are none. With gaps filled,
            and in multi-frame objects, entries may repeat or be empty strings.
        decisions: what was decided in reading, in words for the result ("2 missing slices interpolated ...").
    """

    grid: VoxelGrid
    read_slices: Callable[[int, int], NDArray[np.float32]]
    source: str
    series_uid: str | None = None
    frame_of_reference_uid: str | None = None
    patient_id: str | None = None
    slice_sop_uids: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    facts: dict[str, str | float | int | None] = field(default_factory=dict)
    """Facts for the manifest: manufacturer, kernel, kVp, slice thickness, transfer syntax; nothing identifying."""

    read_windows: Callable[[int, int, Sequence[Window]], tuple[NDArray[np.float32], ...]] | None = None
    """As `uncut_windows`, without turning whole slices into HU; None where only whole slices can be read."""

    slice_places: tuple[str, ...] = ()
    """What to call each slice in messages, in grid order: its file, and frame; empty where slices have no files."""

    def windows(self, first: int, stop: int, windows: Sequence[Window]) -> tuple[NDArray[np.float32], ...]:
        """Per window its part (slices, rows, columns) of the slices first..stop-1 in HU; each slice is read once.

        Args:
            first: slice in grid order.
            stop: slice after the last.
            windows: rows and columns, with steps where they are thinned.
        """
        return tuple(cleaned_hu(part) for part in self.uncut_windows(first, stop, windows))

    def uncut_windows(self, first: int, stop: int, windows: Sequence[Window]) -> tuple[NDArray[np.float32], ...]:
        """As `windows`, with the values below -1024 HU that the file holds, as far as the scan's reader has them.

        They are no tissue; what lies there tells whether the others are HU.
        """
        if self.read_windows is not None:
            return self.read_windows(first, stop, windows)
        slab_hu = self.read_slices(first, stop)
        return tuple(slab_hu[:, rows, columns] for rows, columns in windows)

    def slice_place(self, index: int) -> str:
        """What to call a slice in messages: its file where it has one, else its number and its height."""
        if index < len(self.slice_places) and self.slice_places[index]:
            return f"slice {index} ({self.slice_places[index]})"
        columns, rows, _ = self.grid.shape_ijk
        height_mm = float(self.grid.to_lps_mm([(columns - 1) / 2, (rows - 1) / 2, index])[2])
        return f"slice {index} (counted from 0, at z {height_mm:.1f} mm)"

    def read_volume(self) -> NDArray[np.float32]:
        """The whole scan as float32 HU (slices, rows, columns)."""
        return self.read_slices(0, self.grid.shape_ijk[2])


@dataclass(frozen=True)
class ScanOptions:
    """What the user may decide about reading a scan.

    Attributes:
        series_uid: which series of a folder to take; None where there is only one candidate.
        allow_gaps: interpolate linearly over missing or uneven slices instead of refusing them.
    """

    series_uid: str | None = None
    allow_gaps: bool = False


def cleaned_hu(volume_hu: NDArray[np.float32]) -> NDArray[np.float32]:
    """The volume with everything below -1024 HU set to -1024 HU."""
    return np.maximum(volume_hu, np.float32(AIR_HU))
