"""The store of cubes and segments, by index, with one writer at a time; `layout` says which files it has."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.arrays import StoreArrays
from radiogene.cohort.store.cube_record import CubeRecord, PreparationFailure
from radiogene.cohort.store.layout import (
    FAILURES_FILE,
    StoreDescription,
    checked,
    damaged,
    is_store,
    read_file,
    read_store_file,
    require_own_folder,
    write_json_file,
    write_store_file,
)
from radiogene.cohort.store.record_index import NO_SEGMENT
from radiogene.cohort.store.records import create_records, entries_with, open_records
from radiogene.cohort.store.waiting_cubes import WaitingCubes
from radiogene.cohort.store.writer_lock import ObjectLock, StoreLock, writer_lock
from radiogene.ct.preparation import PreparationSettings
from radiogene.errors import StorageError, StoreError
from radiogene.storage.place import Place, place_of


class CubeStore:
    """Cubes with their records, in the order of the table: by row number, then by key.

    Made by `create` or `open`; a context manager that frees the lock of a writer.

    Attributes:
        path: the store's folder, or its address on object storage.
        preparation: the settings by which its cubes were made.
        preparation_hash: their fingerprint; a model refuses another one than its own.
    """

    def __init__(self, path: Place, lock: StoreLock | ObjectLock | None, description: StoreDescription) -> None:
        self.path = path
        self._lock = lock
        self.preparation = description.preparation
        self.preparation_hash = description.preparation_hash
        # Records first: a writer lets the arrays grow before it writes the record.
        self._file = open_records(path, lock)
        self._arrays = StoreArrays(path, writing=lock is not None)
        if self._file.index.next_slot > len(self._arrays):
            raise damaged(path, "records of cubes that its array does not have")
        self._waiting = WaitingCubes(self._file, self._arrays)
        self._records: tuple[CubeRecord, ...] | None = None

    @classmethod
    def create(
        cls,
        path: str | Place,
        preparation: PreparationSettings,
        preparation_hash: str,
        *,
        break_lock: bool = False,
    ) -> "CubeStore":
        """A new, empty store, open for writing.

        Args:
            path: a folder that is absent, empty, or left by a `create` that was interrupted; or an address on object
                storage.
            preparation: the settings by which its cubes are made.
            preparation_hash: their fingerprint.
            break_lock: on object storage, take away the lock of a writer that was killed.

        Raises:
            StoreError: the folder holds a store or something else, cannot be written, or is being written.
            StorageError: object storage cannot be used.
        """
        path = place_of(path)
        if isinstance(path, Path):
            require_own_folder(path)
        lock = writer_lock(path, break_lock=break_lock)
        try:
            if is_store(path):
                raise StoreError(f"{path} is a store already; open it to go on, or choose another folder.")
            create_records(path)
            StoreArrays.create(path)
            # Last, because a folder without this file is no store yet.
            write_store_file(path, preparation, preparation_hash)
            return cls(path, lock, read_store_file(path))
        except BaseException:
            lock.abandon()
            raise

    @classmethod
    def open(cls, path: str | Place, *, writing: bool = False, break_lock: bool = False) -> "CubeStore":
        """The store in a folder.

        Args:
            path: the folder, or its address on object storage.
            writing: True to add cubes; readers need no lock and see the cubes that are whole when they open.
            break_lock: on object storage, take away the lock of a writer that was killed.

        Raises:
            StoreError: no store, another format, damaged, or being written by another process.
            StorageError: object storage cannot be used.
        """
        path = place_of(path)
        description = read_store_file(path)
        lock = writer_lock(path, break_lock=break_lock) if writing else None
        try:
            return cls(path, lock, description)
        except BaseException:
            if lock is not None:
                lock.abandon()
            raise

    def close(self) -> None:
        """Write what waits and free the lock of a writer; reading stays possible."""
        if self._lock is None:
            return
        try:
            self._waiting.write()
            self._file.close()
        except BaseException:
            self._abandon()
            raise
        lock, self._lock = self._lock, None
        lock.release()

    def _abandon(self) -> None:
        """End writing where nothing more can be written."""
        self._waiting.forget()
        if self._lock is not None:
            self._lock.abandon()
            self._lock = None

    def __enter__(self) -> "CubeStore":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, StorageError):
            self._abandon()
        self.close()

    def __reduce__(self) -> "tuple[Callable[[Place, int], CubeStore], tuple[Place, int]]":
        """How another process opens the store: for reading, and refused where it has changed meanwhile."""
        self._waiting.write()
        return _reopened, (self.path, self._file.index.fingerprint)

    def __len__(self) -> int:
        return len(self._file.index) + len(self._waiting)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and (key in self._waiting or self._file.index.position(key) is not None)

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the store lies, as `JoinedStores.places`."""
        return (self.path,)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all records."""
        return frozenset(key.decode() for key in self._file.index.keys) | self._waiting.keys

    @property
    def records(self) -> tuple[CubeRecord, ...]:
        """The records, in the order of the table; all are read.

        Raises:
            StoreError: as for `record`.
        """
        if self._records is None:
            self._waiting.write()
            entries = self._file.entries()
            self._records = tuple(entries[position].record for position in self._file.index.order)
        return self._records

    def record(self, index: int) -> CubeRecord:
        """The record of that index among `records`; no other is read.

        Raises:
            StoreError: it is not the one that was written.
        """
        self._waiting.write()
        return self._file.entry(int(self._file.index.order[index])).record

    @property
    def synthetic(self) -> bool:
        """True where any cube is of a patient that does not exist."""
        self._waiting.write()
        return bool(self._file.index.rows["synthetic"].any())

    @property
    def failures(self) -> tuple[PreparationFailure, ...]:
        """The rows that the last preparation could not make cubes of."""
        content = read_file(self.path, FAILURES_FILE)
        return () if content is None else checked(tuple[PreparationFailure, ...], content, self.path, FAILURES_FILE)

    def cube(self, index: int) -> NDArray[np.int16]:
        """The cube (64, 64, 64) int16 HU, axes z, y, x growing to head, back, left, of the record of that index.

        Raises:
            StoreError: the cube on disk is missing or is not the one that was written.
        """
        row = self._row(index)
        return self._arrays.cube(int(row["slot"]), int(row["checksum"]))

    def segment(self, index: int) -> NDArray[np.bool_] | None:
        """The segment (64, 64, 64) on the cube's samples of the record of that index; None for a nodule without one.

        Raises:
            StoreError: the segment on disk is missing or is not the one that was written.
        """
        row = self._row(index)
        if row["segment_checksum"] == NO_SEGMENT:
            return None
        return self._arrays.segment(int(row["slot"]), int(row["segment_checksum"]))

    def cubes(self, indexes: Sequence[int] | None = None) -> NDArray[np.int16]:
        """Cubes (cubes, 64, 64, 64) int16 HU, 512 KiB of memory each; several are read at once.

        Args:
            indexes: of their records; None for all, in the order of `records`.

        Raises:
            StoreError: as for `cube`.
        """
        self._waiting.write()
        chosen = range(len(self)) if indexes is None else indexes
        rows = self._file.index.rows[self._file.index.order[list(chosen)]]
        return self._arrays.cubes(rows["slot"].tolist(), rows["checksum"].tolist())

    def add(
        self, record: CubeRecord, cube_hu: NDArray[np.floating | np.int16], segment_zyx: NDArray[np.bool_] | None
    ) -> bool:
        """Whether the cube was added: False where the store has its key already, and nothing is changed.

        Args:
            record: what belongs to the cube.
            cube_hu: (64, 64, 64) HU, float32, which is kept rounded to whole HU, or int16.
            segment_zyx: (64, 64, 64) bool, the nodule's segment on the same samples; None where it has none.

        Raises:
            StoreError: the store is not open for writing, the cube has another shape or a value that is not finite,
                the segment has another shape or type, or the record holds something that is no plain JSON value.
        """
        self._require_lock()
        if record.key in self:
            return False
        self._waiting.add(record, cube_hu, segment_zyx)
        self._records = None
        return True

    def update_rows(self, rows: Mapping[str, PatientRow]) -> int:
        """How many records had other values of their patient than these, and have these now; cubes stay.

        A record that was synthetic stays so: its scan may have said it.

        Args:
            rows: by key; keys that the store lacks are passed over.
        """
        self._require_lock()
        self._waiting.write()
        changed = entries_with(self._file, rows)
        if changed:
            self._file.change(changed, ())
            self._records = None
        return len(changed)

    def remove(self, keys: Collection[str]) -> None:
        """Take the records of these keys out of the store; their cubes are no longer found."""
        self._require_lock()
        self._waiting.write()
        there = [key for key in keys if key in self]
        if there:
            self._file.change((), there)
            self._records = None

    def write_failures(self, failures: Iterable[PreparationFailure]) -> None:
        """Replace the list of failures."""
        self._require_lock()
        write_json_file(self.path, FAILURES_FILE, tuple(failures))

    def _row(self, index: int) -> np.void:
        """What the index says of the record of that number."""
        self._waiting.write()
        return self._file.index.rows[self._file.index.order[index]]

    def _require_lock(self) -> None:
        if self._lock is None:
            raise StoreError(f"{self.path} is open for reading only; open it with writing=True.")


def _reopened(path: Place, fingerprint: int) -> CubeStore:
    """The store that another process has open."""
    store = CubeStore.open(path)
    if store._file.index.fingerprint != fingerprint:
        raise StoreError(f"The store {path} was changed while it was in use. Start again when its writer has ended.")
    return store
