"""The arrays of a store: cubes in HU and segments packed to bits, one chunk of each per slot, found by checksum."""

import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec, BloscShuffle

from radiogene.cohort.store.layout import CUBES_FOLDER, SEGMENTS_FOLDER, damaged
from radiogene.ct.resampling import CUBE_SAMPLES
from radiogene.errors import StoreError
from radiogene.storage.place import ObjectPlace, Place, storage_errors
from radiogene.storage.regular_file import read_file

if TYPE_CHECKING:
    from zarr.storage import FsspecStore, LocalStore

CUBE_SHAPE = (CUBE_SAMPLES, CUBE_SAMPLES, CUBE_SAMPLES)
PACKED_SHAPE = (CUBE_SAMPLES, CUBE_SAMPLES, CUBE_SAMPLES // 8)
"""Eight samples of a row in one byte, the first in the highest bit."""

ZSTD_LEVEL = 3
"""Behind a shuffle of the bytes: HU that lie side by side share their high ones, which then lie side by side too."""

DESCRIPTION = "zarr.json"
"""The object in which Zarr describes an array."""

OF_WRONG_TYPES = (TypeError, AttributeError, LookupError, ArithmeticError, AssertionError, MemoryError)
"""What Zarr raises of a description whose values are of other types than it expects; it does not check them."""

MOST_SLOTS = 1_000_000_000
"""The length of an array on object storage, said once: no writer changes it, and slots never written cost nothing."""

AT_ONCE = 16
"""Cubes or segments that are asked for or written together on object storage."""

READ_AT_ONCE = 64
"""Cubes that wait in memory beside the array that they are copied into."""

ARRAYS: dict[str, tuple[tuple[int, ...], np.dtype[Any], tuple[str, ...]]] = {
    CUBES_FOLDER: (CUBE_SHAPE, np.dtype("int16"), ("cube", "z", "y", "x")),
    SEGMENTS_FOLDER: (PACKED_SHAPE, np.dtype("uint8"), ("cube", "z", "y", "x of 8")),
}
"""Per folder the shape of one slot, the type and the names of the axes."""


class StoreArrays:
    """Cubes and segments by slot.

    Attributes:
        place: the store's folder.
    """

    def __init__(self, place: Place, *, writing: bool) -> None:
        self.place = place
        store = _zarr_store(place, writing=writing)
        self._cubes = _open_array(place, store, CUBES_FOLDER, writing=writing)
        self._segments = _open_array(place, store, SEGMENTS_FOLDER, writing=writing)

    @staticmethod
    def create(place: Place) -> None:
        """Make both arrays, empty, in place of what an interrupted `create` left."""
        if isinstance(place, ObjectPlace):
            with tempfile.TemporaryDirectory() as folder:
                for name in ARRAYS:
                    _create_array(Path(folder) / name, name, MOST_SLOTS)
                    (place / name / DESCRIPTION).write(read_file(Path(folder) / name / DESCRIPTION))
            return
        for name in ARRAYS:
            shutil.rmtree(place / name, ignore_errors=True)
            _create_array(place / name, name, 0)

    def __len__(self) -> int:
        """How many slots both arrays have."""
        return int(min(self._cubes.shape[0], self._segments.shape[0]))

    def write(
        self, slots: range, cubes: Sequence[NDArray[np.int16]], segments: Sequence[NDArray[np.bool_] | None]
    ) -> None:
        """Write slots that follow each other, after the arrays' end or over what they hold.

        Args:
            slots: S of them.
            cubes: S cubes (64, 64, 64).
            segments: S segments (64, 64, 64); None for a nodule without one.
        """
        with _errors(self.place):
            for array in (self._cubes, self._segments):
                if slots.stop > array.shape[0]:
                    array.resize((slots.stop, *array.shape[1:]))
            self._cubes[slots.start : slots.stop] = np.stack(cubes)
            self._at_once(self._write_segment, zip(slots, segments, strict=True))

    def cube(self, slot: int, checksum: int) -> NDArray[np.int16]:
        """The cube (64, 64, 64) of a slot.

        Raises:
            StoreError: it is missing, or not the one with that checksum.
        """
        cube = _read(self._cubes, slot, self.place, "cube")
        if cube_checksum(cube) != checksum:
            raise _not_the_one(self.place, "cube", slot)
        return cube

    def cubes(self, slots: Sequence[int], checksums: Sequence[int]) -> NDArray[np.int16]:
        """The cubes (S, 64, 64, 64) of several slots, several read at once.

        Raises:
            StoreError: as for `cube`.
        """
        cubes = np.empty((len(slots), *CUBE_SHAPE), dtype=np.int16)
        pairs = list(zip(slots, checksums, strict=True))
        for start in range(0, len(pairs), READ_AT_ONCE):
            read = self._at_once(self.cube, pairs[start : start + READ_AT_ONCE])
            cubes[start : start + len(read)] = read
        return cubes

    def _at_once(self, call: Callable[..., Any], arguments: Iterable[tuple[Any, Any]]) -> list[Any]:
        """The results of a call; on object storage several wait for their answers at the same time.

        Zarr's own selection by many positions takes memory for every chunk that the array could have.
        """
        if isinstance(self.place, Path):
            return [call(*pair) for pair in arguments]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(lambda pair: call(*pair), arguments))

    def _write_segment(self, slot: int, segment_zyx: NDArray[np.bool_] | None) -> None:
        """Write one segment, where there is one."""
        if segment_zyx is not None:
            self._segments[slot] = np.packbits(segment_zyx, axis=-1)

    def segment(self, slot: int, checksum: int) -> NDArray[np.bool_]:
        """The segment (64, 64, 64) of a slot.

        Raises:
            StoreError: it is missing, or not the one with that checksum.
        """
        segment = np.unpackbits(_read(self._segments, slot, self.place, "segment"), axis=-1).astype(bool)
        if segment_checksum(segment) != checksum:
            raise _not_the_one(self.place, "segment", slot)
        return segment


def require_cube(cube_hu: NDArray[np.floating | np.int16], segment_zyx: NDArray[np.bool_] | None) -> None:
    """Refuse arrays that are no cube and no segment.

    Raises:
        StoreError: another shape, a value that is not finite, a segment of another type.
    """
    if cube_hu.shape != CUBE_SHAPE or not np.isfinite(cube_hu).all():
        raise StoreError(f"Found a cube of shape {cube_hu.shape}; wanted {CUBE_SHAPE}, every value finite.")
    if segment_zyx is not None and (segment_zyx.shape != CUBE_SHAPE or segment_zyx.dtype != np.bool_):
        found = f"shape {segment_zyx.shape} and type {segment_zyx.dtype}"
        raise StoreError(f"Found a segment of {found}; wanted {CUBE_SHAPE} and bool.")


def cube_checksum(cube: NDArray[np.int16]) -> int:
    """CRC-32 of the cube's little-endian bytes."""
    return zlib.crc32(np.ascontiguousarray(cube, dtype="<i2").tobytes())


def segment_checksum(segment_zyx: NDArray[np.bool_]) -> int:
    """CRC-32 of the segment's packed bytes."""
    return zlib.crc32(np.packbits(segment_zyx, axis=-1).tobytes())


def _not_the_one(place: Place, what: str, slot: int) -> StoreError:
    return damaged(place, f"a {what} that is missing or not the one that was written (slot {slot})")


def _read(array: "zarr.Array[Any]", slot: int, place: Place, what: str) -> NDArray[Any]:
    """The content of a slot."""
    with _errors(place):
        try:
            return np.asarray(array[slot], dtype=array.dtype)
        except _damage(place) as error:
            raise damaged(place, f"a {what} that cannot be read (slot {slot}: {error})") from error


def _create_array(path: Path, folder: str, slots: int) -> None:
    """Make an empty array."""
    shape, dtype, axes = ARRAYS[folder]
    zarr.create_array(
        store=path,
        shape=(slots, *shape),
        chunks=(1, *shape),
        dtype=dtype,
        compressors=BloscCodec(cname="zstd", clevel=ZSTD_LEVEL, shuffle=BloscShuffle.shuffle, typesize=dtype.itemsize),
        fill_value=0,
        zarr_format=3,
        dimension_names=axes,
    )


def _zarr_store(place: Place, *, writing: bool) -> "FsspecStore | LocalStore":
    """What Zarr reads and writes."""
    if isinstance(place, Path):
        from radiogene.cohort.store.local_files import LocalFiles

        return LocalFiles(place, read_only=not writing)
    from zarr.storage import FsspecStore

    with storage_errors(place):
        return FsspecStore.from_url(place.url, storage_options=dict(place.options), read_only=not writing)


def _open_array(place: Place, store: "FsspecStore | LocalStore", folder: str, *, writing: bool) -> "zarr.Array[Any]":
    """One of the arrays."""
    shape, dtype, _ = ARRAYS[folder]
    with _errors(place):
        try:
            array = zarr.open_array(store=store, path=folder, mode="r+" if writing else "r", zarr_format=3)
        except _damage(place, FileNotFoundError, KeyError) as error:
            raise damaged(place, f"no array of {folder} that can be read ({error})") from error
    if array.shape[1:] != shape or array.dtype != dtype or array.chunks != (1, *shape):
        raise damaged(
            place, f"an array of {folder} of shape {array.shape}, type {array.dtype} and chunks {array.chunks}"
        )
    return array


def _damage(place: Place, *further: type[Exception]) -> tuple[type[Exception], ...]:
    """What is raised of content that cannot be read; on object storage an OSError is an answer that did not come."""
    everywhere: tuple[type[Exception], ...] = (*OF_WRONG_TYPES, ValueError, RuntimeError, *further)
    return everywhere if isinstance(place, ObjectPlace) else (OSError, *everywhere)


def _errors(place: Place) -> AbstractContextManager[None]:
    """Turns errors of object storage into refusals."""
    return storage_errors(place) if isinstance(place, ObjectPlace) else nullcontext()
