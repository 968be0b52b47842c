"""The store of cubes and segments: Zarr arrays, one line of JSON per whole cube, one writer at a time.

    store.json        format, preparation settings and their hash
    cubes/            Zarr 3 array (slots, 64, 64, 64) int16 HU, one chunk per cube
    segments/         Zarr 3 array (slots, 64, 64, 8) uint8, the nodule's segment on the cube's samples packed to bits
    records.jsonl     per cube: its slot, two checksums and its record; a line is written after its cube and segment
    failures.json     the rows that the last preparation could not make cubes of
    lock              who writes

A cube counts when its line is whole. So a killed writer leaves a readable store with whole cubes only; the next
writer cuts a line without an end and fills its slot again. A damaged or missing chunk is found by its checksum. A line
says where a nodule has no segment, because it was given as a point.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.atomic_files import write_json
from radiogene.cohort.cube_record import CubeRecord, PreparationFailure
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store_arrays import CUBE_SHAPE, StoreArrays, cube_checksum, segment_checksum
from radiogene.cohort.store_layout import (
    FAILURES_FILE,
    OWN_NAMES,
    STORE_FILE,
    damaged,
    read_store_file,
    write_store_file,
)
from radiogene.cohort.store_lock import StoreLock
from radiogene.cohort.store_records import RecordFile, StoreEntry
from radiogene.ct.preparation import stored_cube
from radiogene.errors import StoreError


class CubeStore:
    """Cubes with their records, in the order of the table: by row number, then by key.

    Made by `create` or `open`; a context manager that frees the lock of a writer.

    Attributes:
        path: the store's folder.
        preparation: the settings by which its cubes were made.
        preparation_hash: their fingerprint; a model refuses another one than its own.
    """

    def __init__(self, path: Path, lock: StoreLock | None) -> None:
        self.path = path
        self._lock = lock
        content = read_store_file(path)
        self.preparation: dict[str, Any] = content["preparation"]
        self.preparation_hash: str = content["preparation_hash"]
        # Records first: a writer lets the arrays grow before it writes the record.
        self._file = RecordFile(path)
        entries = self._file.entries
        self._arrays = StoreArrays(path, writing=lock is not None)
        self._entries = {entry.record.key: entry for entry in entries}
        if len(self._entries) != len(entries):
            raise damaged(path, "a key twice in its records")
        self._next_slot = 1 + max((entry.slot for entry in entries), default=-1)
        if self._next_slot > len(self._arrays):
            raise damaged(path, "records of cubes that its array does not have")
        self._sorted: list[StoreEntry] | None = None
        self._records: tuple[CubeRecord, ...] | None = None

    @classmethod
    def create(cls, path: Path, preparation: Mapping[str, Any], preparation_hash: str) -> "CubeStore":
        """A new, empty store, open for writing.

        Args:
            path: a folder that is absent, empty, or left by a `create` that was interrupted.
            preparation: settings as plain JSON values.
            preparation_hash: their fingerprint.

        Raises:
            StoreError: the folder holds a store or something else, cannot be written, or is being written.
        """
        path = Path(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            foreign = sorted(p.name for p in path.iterdir() if not p.name.startswith(OWN_NAMES))
        except OSError as error:
            raise StoreError(f"{path} cannot be a store ({error.strerror}); choose another folder.") from error
        if foreign:
            raise StoreError(f"{path} holds other files ({foreign[0]}); choose an empty or new folder for the store.")
        lock = StoreLock(path)
        try:
            if (path / STORE_FILE).exists():
                raise StoreError(f"{path} is a store already; open it to go on, or choose another folder.")
            StoreArrays.create(path)
            RecordFile.create(path)
            # Last, because a folder without this file is no store yet.
            write_store_file(path, preparation, preparation_hash)
            return cls(path, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, path: Path, *, writing: bool = False) -> "CubeStore":
        """The store in a folder.

        Args:
            path: the folder.
            writing: True to add cubes; readers need no lock and see the cubes that are whole when they open.

        Raises:
            StoreError: no store, another format, damaged, or being written by another process.
        """
        path = Path(path)
        read_store_file(path)
        lock = StoreLock(path) if writing else None
        try:
            return cls(path, lock)
        except BaseException:
            if lock is not None:
                lock.release()
            raise

    def close(self) -> None:
        """Frees the lock of a writer; reading stays possible."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> "CubeStore":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    @property
    def records(self) -> tuple[CubeRecord, ...]:
        """The records, in the order of the table."""
        if self._records is None:
            self._records = tuple(entry.record for entry in self._ordered())
        return self._records

    @property
    def synthetic(self) -> bool:
        """True where any cube is of a patient that does not exist."""
        return any(entry.record.synthetic for entry in self._entries.values())

    @property
    def failures(self) -> tuple[PreparationFailure, ...]:
        """The rows that the last preparation could not make cubes of."""
        path = self.path / FAILURES_FILE
        try:
            return tuple(PreparationFailure(**f) for f in json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return ()
        except (ValueError, TypeError) as error:
            raise damaged(self.path, f"a {FAILURES_FILE} that cannot be read ({error})") from error

    def cube(self, index: int) -> NDArray[np.int16]:
        """The cube (64, 64, 64) int16 HU, axes z, y, x growing to head, back, left, of the record of that index.

        Raises:
            StoreError: the cube on disk is missing or is not the one that was written.
        """
        entry = self._ordered()[index]
        return self._arrays.cube(entry.slot, entry.checksum)

    def segment(self, index: int) -> NDArray[np.bool_] | None:
        """The segment (64, 64, 64) on the cube's samples of the record of that index; None for a nodule without one.

        Raises:
            StoreError: the segment on disk is missing or is not the one that was written.
        """
        entry = self._ordered()[index]
        if entry.segment_checksum is None:
            return None
        return self._arrays.segment(entry.slot, entry.segment_checksum)

    def cubes(self) -> NDArray[np.int16]:
        """All cubes (cubes, 64, 64, 64) int16 HU in the order of `records`: 512 KiB of memory each.

        Raises:
            StoreError: as for `cube`.
        """
        cubes = np.empty((len(self), *CUBE_SHAPE), dtype=np.int16)
        for n, entry in enumerate(self._ordered()):
            cubes[n] = self._arrays.cube(entry.slot, entry.checksum)
        return cubes

    def add(self, record: CubeRecord, cube_hu: NDArray[np.float32], segment_zyx: NDArray[np.bool_] | None) -> bool:
        """Whether the cube was added: False where the store has its key already, and nothing is changed.

        Args:
            record: what belongs to the cube.
            cube_hu: (64, 64, 64) float32 HU; kept rounded to whole HU.
            segment_zyx: (64, 64, 64) bool, the nodule's segment on the same samples; None where it has none.

        Raises:
            StoreError: the store is not open for writing, the cube has another shape or a value that is not finite,
                the segment has another shape or type, or the record holds something that is no plain JSON value.
        """
        self._require_lock()
        if record.key in self._entries:
            return False
        _check(cube_hu, segment_zyx)
        cube = stored_cube(cube_hu)
        entry = StoreEntry(
            replace(record, row=record.row.patient_part()),
            self._next_slot,
            cube_checksum(cube),
            None if segment_zyx is None else segment_checksum(segment_zyx),
        )
        try:
            line = entry.line()
        except (TypeError, ValueError) as error:
            raise StoreError(f"The record of line {record.row.row_number} is no plain JSON ({error}).") from error
        self._arrays.write(entry.slot, cube, segment_zyx)
        self._file.append(line)
        self._next_slot += 1
        self._entries[record.key] = entry
        self._sorted = self._records = None
        return True

    def update_rows(self, rows: Mapping[str, PatientRow]) -> int:
        """How many records had other values of their patient than these, and have these now; cubes stay.

        A record that was synthetic stays so: its scan may have said it.

        Args:
            rows: by key; keys that the store lacks are passed over.
        """
        changed = {}
        for key, entry in self._entries.items():
            if key in rows and entry.record.row != rows[key].patient_part():
                row, synthetic = rows[key].patient_part(), entry.record.synthetic or rows[key].synthetic
                changed[key] = replace(entry, record=replace(entry.record, row=row, synthetic=synthetic))
        if changed:
            self._rewrite({**self._entries, **changed})
        return len(changed)

    def remove(self, keys: Collection[str]) -> None:
        """Takes the records of these keys out of the store; their cubes are no longer found."""
        kept = {key: entry for key, entry in self._entries.items() if key not in keys}
        if len(kept) < len(self._entries):
            self._rewrite(kept)

    def write_failures(self, failures: Iterable[PreparationFailure]) -> None:
        """Replaces the list of failures."""
        self._require_lock()
        write_json(self.path / FAILURES_FILE, [failure.to_json() for failure in failures])

    def _ordered(self) -> list[StoreEntry]:
        if self._sorted is None:
            self._sorted = sorted(self._entries.values(), key=lambda e: (e.record.row.row_number, e.record.key))
        return self._sorted

    def _rewrite(self, entries: dict[str, StoreEntry]) -> None:
        """Replaces all lines at once."""
        self._require_lock()
        self._file.rewrite(entries.values())
        self._entries = entries
        self._sorted = self._records = None

    def _require_lock(self) -> None:
        if self._lock is None:
            raise StoreError(f"{self.path} is open for reading only; open it with writing=True.")


def _check(cube_hu: NDArray[np.float32], segment_zyx: NDArray[np.bool_] | None) -> None:
    """Refuses arrays that are no cube and no segment."""
    if cube_hu.shape != CUBE_SHAPE or not np.isfinite(cube_hu).all():
        raise StoreError(f"Found a cube of shape {cube_hu.shape}; wanted {CUBE_SHAPE}, every value finite.")
    if segment_zyx is not None and (segment_zyx.shape != CUBE_SHAPE or segment_zyx.dtype != np.bool_):
        found = f"shape {segment_zyx.shape} and type {segment_zyx.dtype}"
        raise StoreError(f"Found a segment of {found}; wanted {CUBE_SHAPE} and bool.")
