"""The store of cubes: one Zarr array of int16 HU, one line of JSON per whole cube, one writer at a time.

    store.json        format, preparation settings and their hash
    cubes/            Zarr 3 array (slots, 64, 64, 64) int16 HU, one chunk per cube
    records.jsonl     per cube: its slot, a checksum and its record; a line is written after its cube
    failures.json     the rows that the last preparation could not make cubes of
    lock              who writes

A cube counts when its line is whole. So a killed writer leaves a readable store with whole cubes only; the next
writer cuts a line without an end and fills its slot again. A damaged or missing chunk is found by its checksum.
"""

import json
import shutil
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import ZstdCodec

from radiogene.atomic_files import write_json, write_text
from radiogene.cohort.cube_record import CubeRecord, PreparationFailure
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store_lock import LOCK_FILE, StoreLock
from radiogene.ct.preparation import stored_cube
from radiogene.ct.resampling import CUBE_SAMPLES
from radiogene.errors import StoreError

FORMAT = 1
STORE_FILE = "store.json"
CUBES_FOLDER = "cubes"
RECORDS_FILE = "records.jsonl"
FAILURES_FILE = "failures.json"
CUBE_SHAPE = (CUBE_SAMPLES, CUBE_SAMPLES, CUBE_SAMPLES)
ZSTD_LEVEL = 3


@dataclass(frozen=True)
class _Entry:
    """A record, where its cube lies in the array, and the CRC-32 of the cube's little-endian bytes."""

    record: CubeRecord
    slot: int
    checksum: int

    def line(self) -> str:
        """The entry as one line of `records.jsonl`."""
        content = {"slot": self.slot, "checksum": self.checksum, "record": self.record.to_json()}
        return json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n"


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
        content = _read_store_file(path)
        self.preparation: dict[str, Any] = content["preparation"]
        self.preparation_hash: str = content["preparation_hash"]
        # Records first: a writer lets the array grow before it writes the record.
        entries, self._whole_bytes = _read_entries(path)
        self._array = _open_array(path, writing=lock is not None)
        self._entries = {entry.record.key: entry for entry in entries}
        if len(self._entries) != len(entries):
            raise _damaged(path, "a key twice in its records")
        self._next_slot = 1 + max((entry.slot for entry in entries), default=-1)
        if self._next_slot > self._array.shape[0]:
            raise _damaged(path, "records of cubes that its array does not have")
        self._sorted: list[_Entry] | None = None
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
            shutil.rmtree(path / CUBES_FOLDER, ignore_errors=True)
            zarr.create_array(
                store=path / CUBES_FOLDER,
                shape=(0, *CUBE_SHAPE),
                chunks=(1, *CUBE_SHAPE),
                dtype="int16",
                compressors=ZstdCodec(level=ZSTD_LEVEL),
                fill_value=0,
                zarr_format=3,
                dimension_names=("cube", "z", "y", "x"),
            )
            write_text(path / RECORDS_FILE, "")
            # Last, because a folder without this file is no store yet.
            write_json(
                path / STORE_FILE,
                {"format": FORMAT, "preparation": dict(preparation), "preparation_hash": preparation_hash},
            )
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
        _read_store_file(path)
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
            raise _damaged(self.path, f"a {FAILURES_FILE} that cannot be read ({error})") from error

    def cube(self, index: int) -> NDArray[np.int16]:
        """The cube (64, 64, 64) int16 HU, axes z, y, x growing to head, back, left, of the record of that index.

        Raises:
            StoreError: the cube on disk is missing or is not the one that was written.
        """
        return self._read(self._ordered()[index])

    def cubes(self) -> NDArray[np.int16]:
        """All cubes (cubes, 64, 64, 64) int16 HU in the order of `records`: 512 KiB of memory each.

        Raises:
            StoreError: as for `cube`.
        """
        cubes = np.empty((len(self), *CUBE_SHAPE), dtype=np.int16)
        for n, entry in enumerate(self._ordered()):
            cubes[n] = self._read(entry)
        return cubes

    def add(self, record: CubeRecord, cube_hu: NDArray[np.float32]) -> bool:
        """Whether the cube was added: False where the store has its key already, and nothing is changed.

        Args:
            record: what belongs to the cube.
            cube_hu: (64, 64, 64) float32 HU; kept rounded to whole HU.

        Raises:
            StoreError: the store is not open for writing, the cube has another shape or a value that is not finite,
                or the record holds something that is no plain JSON value.
        """
        self._require_lock()
        if record.key in self._entries:
            return False
        if cube_hu.shape != CUBE_SHAPE or not np.isfinite(cube_hu).all():
            raise StoreError(f"Found a cube of shape {cube_hu.shape}; wanted {CUBE_SHAPE}, every value finite.")
        cube = stored_cube(cube_hu)
        slot = self._next_slot
        entry = _Entry(replace(record, row=record.row.patient_part()), slot, _checksum(cube))
        try:
            line = entry.line().encode()
        except (TypeError, ValueError) as error:
            raise StoreError(f"The record of line {record.row.row_number} is no plain JSON ({error}).") from error
        if slot >= self._array.shape[0]:
            self._array.resize((slot + 1, *CUBE_SHAPE))
        self._array[slot] = cube
        with (self.path / RECORDS_FILE).open("r+b") as file:
            # Cuts what a killed writer left of a line.
            file.truncate(self._whole_bytes)
            file.seek(self._whole_bytes)
            file.write(line)
        self._whole_bytes += len(line)
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

    def _ordered(self) -> list[_Entry]:
        if self._sorted is None:
            self._sorted = sorted(self._entries.values(), key=lambda e: (e.record.row.row_number, e.record.key))
        return self._sorted

    def _read(self, entry: _Entry) -> NDArray[np.int16]:
        """The entry's cube, checked."""
        try:
            cube = np.asarray(self._array[entry.slot], dtype=np.int16)
        except (OSError, ValueError, RuntimeError) as error:
            raise _damaged(self.path, f"a cube that cannot be read (slot {entry.slot}: {error})") from error
        if _checksum(cube) != entry.checksum:
            raise _damaged(self.path, f"a cube that is missing or not the one that was written (slot {entry.slot})")
        return cube

    def _rewrite(self, entries: dict[str, _Entry]) -> None:
        """Replaces all lines at once."""
        self._require_lock()
        text = "".join(entry.line() for entry in entries.values())
        write_text(self.path / RECORDS_FILE, text)
        self._whole_bytes = len(text.encode())
        self._entries = entries
        self._sorted = self._records = None

    def _require_lock(self) -> None:
        if self._lock is None:
            raise StoreError(f"{self.path} is open for reading only; open it with writing=True.")


OWN_NAMES = tuple(
    name for own in (STORE_FILE, CUBES_FOLDER, RECORDS_FILE, FAILURES_FILE, LOCK_FILE) for name in (own, f".{own}.")
)


def _damaged(path: Path, found: str) -> StoreError:
    return StoreError(f"The store {path} is damaged: it has {found}. Delete the folder and prepare the cohort again.")


def _checksum(cube: NDArray[np.int16]) -> int:
    """CRC-32 of the cube's little-endian bytes."""
    return zlib.crc32(np.ascontiguousarray(cube, dtype="<i2").tobytes())


def _read_store_file(path: Path) -> dict[str, Any]:
    """The content of `store.json`, checked."""
    try:
        content = json.loads((path / STORE_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreError(f"{path} is no store of cubes (no {STORE_FILE}); `radiogene prepare` makes one.") from error
    except (OSError, ValueError) as error:
        raise _damaged(path, f"a {STORE_FILE} that cannot be read ({error})") from error
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        raise StoreError(
            f"The store {path} has format {found!r}; this version reads format {FORMAT}. Prepare the cohort again "
            "into a new folder."
        )
    if set(content) != {"format", "preparation", "preparation_hash"}:
        raise _damaged(path, f"a {STORE_FILE} with the keys {sorted(content)}")
    return dict(content)


def _open_array(path: Path, *, writing: bool) -> "zarr.Array[Any]":
    """The array of cubes."""
    try:
        array = zarr.open_array(store=path / CUBES_FOLDER, mode="r+" if writing else "r")
    except (OSError, ValueError, KeyError) as error:
        raise _damaged(path, f"no array of cubes that can be read ({error})") from error
    if array.shape[1:] != CUBE_SHAPE or array.dtype != np.int16:
        raise _damaged(path, f"an array of shape {array.shape} and type {array.dtype}")
    return array


def _read_entries(path: Path) -> tuple[list[_Entry], int]:
    """The entries of all whole lines, and how many bytes those lines take."""
    try:
        content = (path / RECORDS_FILE).read_bytes()
    except OSError as error:
        raise _damaged(path, f"no {RECORDS_FILE} that can be read ({error.strerror})") from error
    whole = content.rfind(b"\n") + 1
    entries = []
    for number, line in enumerate(content[:whole].split(b"\n")[:-1], start=1):
        try:
            found = json.loads(line)
            slot, checksum = found["slot"], found["checksum"]
            if type(slot) is not int or type(checksum) is not int or slot < 0:
                raise _damaged(path, f"no slot and checksum on line {number} of {RECORDS_FILE}")
            entries.append(_Entry(CubeRecord.from_json(found["record"]), slot, checksum))
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(path, f"a line {number} of {RECORDS_FILE} that cannot be read") from error
    return entries, whole
