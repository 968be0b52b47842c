"""The arrays of a store: cubes in HU and segments packed to bits, one chunk of each per slot, found by checksum."""

import shutil
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import ZstdCodec

from radiogene.cohort.store_layout import CUBES_FOLDER, SEGMENTS_FOLDER, damaged
from radiogene.ct.resampling import CUBE_SAMPLES
from radiogene.errors import StoreError

CUBE_SHAPE = (CUBE_SAMPLES, CUBE_SAMPLES, CUBE_SAMPLES)
PACKED_SHAPE = (CUBE_SAMPLES, CUBE_SAMPLES, CUBE_SAMPLES // 8)
"""Eight samples of a row in one byte, the first in the highest bit."""

ZSTD_LEVEL = 3

ARRAYS: dict[str, tuple[tuple[int, ...], np.dtype[Any], tuple[str, ...]]] = {
    CUBES_FOLDER: (CUBE_SHAPE, np.dtype("int16"), ("cube", "z", "y", "x")),
    SEGMENTS_FOLDER: (PACKED_SHAPE, np.dtype("uint8"), ("cube", "z", "y", "x of 8")),
}
"""Per folder the shape of one slot, the type and the names of the axes."""


class StoreArrays:
    """Cubes and segments by slot.

    Attributes:
        path: the store's folder.
    """

    def __init__(self, path: Path, *, writing: bool) -> None:
        self.path = path
        self._cubes = _open_array(path, CUBES_FOLDER, writing=writing)
        self._segments = _open_array(path, SEGMENTS_FOLDER, writing=writing)

    @staticmethod
    def create(path: Path) -> None:
        """Makes both arrays, empty, in place of what an interrupted `create` left."""
        for folder, (shape, dtype, axes) in ARRAYS.items():
            shutil.rmtree(path / folder, ignore_errors=True)
            zarr.create_array(
                store=path / folder,
                shape=(0, *shape),
                chunks=(1, *shape),
                dtype=dtype,
                compressors=ZstdCodec(level=ZSTD_LEVEL),
                fill_value=0,
                zarr_format=3,
                dimension_names=axes,
            )

    def __len__(self) -> int:
        """How many slots both arrays have."""
        return int(min(self._cubes.shape[0], self._segments.shape[0]))

    def write(self, slot: int, cube: NDArray[np.int16], segment_zyx: NDArray[np.bool_] | None) -> None:
        """Writes a slot, after the arrays' end or over what it holds."""
        for array in (self._cubes, self._segments):
            if slot >= array.shape[0]:
                array.resize((slot + 1, *array.shape[1:]))
        self._cubes[slot] = cube
        if segment_zyx is not None:
            self._segments[slot] = np.packbits(segment_zyx, axis=-1)

    def cube(self, slot: int, checksum: int) -> NDArray[np.int16]:
        """The cube (64, 64, 64) of a slot.

        Raises:
            StoreError: it is missing, or not the one with that checksum.
        """
        cube = _read(self._cubes, slot, self.path, "cube")
        if cube_checksum(cube) != checksum:
            raise _not_the_one(self.path, "cube", slot)
        return cube

    def segment(self, slot: int, checksum: int) -> NDArray[np.bool_]:
        """The segment (64, 64, 64) of a slot.

        Raises:
            StoreError: it is missing, or not the one with that checksum.
        """
        segment = np.unpackbits(_read(self._segments, slot, self.path, "segment"), axis=-1).astype(bool)
        if segment_checksum(segment) != checksum:
            raise _not_the_one(self.path, "segment", slot)
        return segment


def cube_checksum(cube: NDArray[np.int16]) -> int:
    """CRC-32 of the cube's little-endian bytes."""
    return zlib.crc32(np.ascontiguousarray(cube, dtype="<i2").tobytes())


def segment_checksum(segment_zyx: NDArray[np.bool_]) -> int:
    """CRC-32 of the segment's packed bytes."""
    return zlib.crc32(np.packbits(segment_zyx, axis=-1).tobytes())


def _not_the_one(path: Path, what: str, slot: int) -> StoreError:
    return damaged(path, f"a {what} that is missing or not the one that was written (slot {slot})")


def _read(array: "zarr.Array[Any]", slot: int, path: Path, what: str) -> NDArray[Any]:
    """The content of a slot."""
    try:
        return np.asarray(array[slot], dtype=array.dtype)
    except (OSError, ValueError, RuntimeError) as error:
        raise damaged(path, f"a {what} that cannot be read (slot {slot}: {error})") from error


def _open_array(path: Path, folder: str, *, writing: bool) -> "zarr.Array[Any]":
    """One of the arrays."""
    shape, dtype, _ = ARRAYS[folder]
    try:
        array = zarr.open_array(store=path / folder, mode="r+" if writing else "r")
    except (OSError, ValueError, KeyError) as error:
        raise damaged(path, f"no array of {folder} that can be read ({error})") from error
    if array.shape[1:] != shape or array.dtype != dtype:
        raise damaged(path, f"an array of {folder} of shape {array.shape} and type {array.dtype}")
    return array
