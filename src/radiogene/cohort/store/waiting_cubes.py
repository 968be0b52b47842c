"""Cubes that were added to a store and wait to be written together."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.store.arrays import StoreArrays, cube_checksum, require_cube, segment_checksum
from radiogene.cohort.store.cube_record import CubeRecord
from radiogene.cohort.store.entry import StoreEntry
from radiogene.cohort.store.records import Records
from radiogene.ct.preparation import stored_cube
from radiogene.errors import StoreError


@dataclass(frozen=True, eq=False)
class _NewCube:
    """A cube whose slot is not known yet.

    Attributes:
        entry: with a slot that counts for nothing.
        cube: (64, 64, 64) int16 HU.
        segment_zyx: (64, 64, 64) bool.
    """

    entry: StoreEntry
    cube: NDArray[np.int16]
    segment_zyx: NDArray[np.bool_] | None


class WaitingCubes:
    """The cubes that a writer has added and not yet written; each gets its slot when it is written.

    Args:
        file: the records of the store.
        arrays: the cubes and segments of the store.
    """

    def __init__(self, file: Records, arrays: StoreArrays) -> None:
        self._file = file
        self._arrays = arrays
        self._new: dict[str, _NewCube] = {}

    def __len__(self) -> int:
        return len(self._new)

    def __contains__(self, key: object) -> bool:
        return key in self._new

    @property
    def keys(self) -> frozenset[str]:
        """The keys of their records."""
        return frozenset(self._new)

    def add(
        self, record: CubeRecord, cube_hu: NDArray[np.floating | np.int16], segment_zyx: NDArray[np.bool_] | None
    ) -> None:
        """Let a cube wait, and write all that wait where they are enough.

        Args:
            record: what belongs to the cube.
            cube_hu: (64, 64, 64) HU, float32, which is rounded to whole HU, or int16.
            segment_zyx: (64, 64, 64) bool; None for a nodule without one.

        Raises:
            StoreError: as for `CubeStore.add`.
        """
        require_cube(cube_hu, segment_zyx)
        cube = stored_cube(cube_hu)
        entry = StoreEntry(
            slot=0,
            checksum=cube_checksum(cube),
            segment_checksum=None if segment_zyx is None else segment_checksum(segment_zyx),
            record=replace(record, row=record.row.patient_part()),
        )
        try:
            entry.line()
        except (TypeError, ValueError) as error:
            raise StoreError(f"The record of line {record.row.row_number} is no plain JSON ({error}).") from error
        self._new[record.key] = _NewCube(entry, cube, segment_zyx)
        if len(self._new) >= self._file.cubes_at_once:
            self.write()

    def write(self) -> None:
        """Write the cubes, then their records; where that fails, the store does not have them."""
        new, self._new = list(self._new.values()), {}
        if not new:
            return
        slots = self._file.claim(len(new))
        self._arrays.write(slots, [cube.cube for cube in new], [cube.segment_zyx for cube in new])
        self._file.append([replace(cube.entry, slot=slot) for cube, slot in zip(new, slots, strict=True)])

    def forget(self) -> None:
        """Drop the cubes that were not written."""
        self._new = {}
