"""NRRD volumes: the header by pynrrd, believed only where it says where the volume lies, and the pixels to their end.

The pixels of a compressed file are read here, because pynrrd keeps the compressed stream beside the pixels (450 MB for
a scan of 150 MB, against 176 MB) and takes as much memory as a damaged stream asks for.
"""

import io
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import nrrd
import numpy as np
from numpy.typing import NDArray

from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.volume.compressed_stream import inflated, read_at_most, unpacked_bzip2
from radiogene.ct.volume.volume_bounds import refuse_unheld
from radiogene.ct.volume.volume_in_file import VolumeInFile
from radiogene.errors import GeometryError, SeriesError
from radiogene.storage.regular_file import open_file

LONGEST_HEADER_BYTES = 2**16

LARGEST_VOXEL_COUNT = 2**31
"""More voxels than this are an error of the header, not a CT."""

SIGNS_TO_LPS = {
    **dict.fromkeys(("left-posterior-superior", "lps"), (1.0, 1.0, 1.0)),
    **dict.fromkeys(("right-anterior-superior", "ras"), (-1.0, -1.0, 1.0)),
    **dict.fromkeys(("left-anterior-superior", "las"), (1.0, -1.0, 1.0)),
}
"""Per patient frame of NRRD the signs that turn its axes into LPS; other frames do not say where the patient is."""

MILLIMETRES = frozenset({"mm", "millimeter", "millimeters", "millimetre", "millimetres"})

SMALL_LETTERS = ("encoding", "endian", "space", "type")
"""Fields whose words NRRD allows in capitals."""

NAMES_OF_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
"""NRRD's names of a type of numbers by NumPy's."""

TYPES = {name: code for code, names in NAMES_OF_TYPES.items() for name in names}
BYTE_ORDERS = {"little": "<", "big": ">"}

RAW, GZIP, BZIP2 = "raw", frozenset({"gzip", "gz"}), frozenset({"bzip2", "bz2"})

MOST_OF_OTHERS = 1000
"""Bytes that one of bzip2 or of text may stand for before the ratios of deflate."""

SEVERAL_FILES = re.compile(r"LIST\b|.*%0?\d*d.*\s\d")


@dataclass(frozen=True, eq=False)
class NrrdFile:
    """A header that says where its volume lies, and where the pixels are.

    Attributes:
        fields: of the header as pynrrd reads them.
        grid: in LPS mm, of either handedness.
        components: values a voxel.
        stored_type: of one value.
        encoding: of the pixels, by NRRD's name.
        path: of the header.
        data_path: of the pixels; the same file where they follow the header.
        data_offset: byte of that file from which the pixels, or the bytes to be skipped before them, are counted.
    """

    fields: Mapping[str, object]
    grid: VoxelGrid
    components: int
    stored_type: np.dtype[Any]
    encoding: str
    path: Path
    data_path: Path
    data_offset: int

    def voxels_zyx(self) -> NDArray[np.generic]:
        """(slices, rows, columns) values of a file with one value a voxel.

        Raises:
            SeriesError: the pixels are damaged, cut short or encoded in a way that is not read.
        """
        needed = math.prod(self.grid.shape_ijk) * self.stored_type.itemsize
        try:
            skip, packed = max(_whole(self.fields, "byte skip"), 0), self.encoding != RAW
            held = self.data_path.stat().st_size * (1 if self.encoding in (RAW, *GZIP) else MOST_OF_OTHERS)
            refuse_unheld(self.data_path, skip + needed, held, compressed=packed, is_ct=self.stored_type.itemsize > 1)
            with open_file(self.data_path) as file:
                pixels = self._bytes(file, needed)
        except (EOFError, ValueError, zlib.error, nrrd.NRRDError) as error:
            raise SeriesError(f"{self.path} holds damaged pixels ({error}): restore the file.") from error
        except OSError as error:
            raise SeriesError(f"{self.data_path} cannot be read: {error.strerror}.") from error
        if isinstance(pixels, np.ndarray):
            return pixels.reshape(self.grid.shape_ijk[::-1])
        if len(pixels) > needed:
            raise SeriesError(
                f"{self.path} holds more than the {needed} bytes of pixels that its header states: its sizes or its "
                "type are wrong. Convert the original again."
            )
        if len(pixels) < needed:
            raise SeriesError(
                f"{self.path} is truncated: {len(pixels)} of {needed} bytes of pixels are there; restore the file."
            )
        return np.frombuffer(pixels, self.stored_type).reshape(self.grid.shape_ijk[::-1])

    def _bytes(self, file: BinaryIO, needed: int) -> bytearray | NDArray[np.generic]:
        """The bytes of the pixels, at most one more than needed; their values where the file holds text."""
        file.seek(self.data_offset)
        for _ in range(_whole(self.fields, "line skip")):
            file.readline(LONGEST_HEADER_BYTES)
        skip = _whole(self.fields, "byte skip")
        if self.encoding == RAW:
            if skip >= 0:
                file.seek(skip, io.SEEK_CUR)
            else:
                file.seek(-min(needed, file.seek(0, io.SEEK_END)), io.SEEK_END)
            return read_at_most(file, needed + 1)
        if self.encoding in GZIP:
            content = inflated(file, needed + max(skip, 0) + 1)
            del content[: max(skip, 0)]
            return content
        if self.encoding in BZIP2:
            content = unpacked_bzip2(file, needed + max(skip, 0) + 1)
            del content[: max(skip, 0)]
            return content
        place = {name: value for name, value in self.fields.items() if name not in ("data file", "datafile")}
        return nrrd.read_data({**place, "line skip": 0, "lineskip": 0}, file, index_order="C")


def open_nrrd(path: Path) -> NrrdFile:
    """The header of a .nrrd or .nhdr file, with its volume placed in LPS mm.

    Raises:
        SeriesError: unreadable, not a single 3D volume, or written in a way that is not read.
        GeometryError: the header does not say where the volume lies in the patient.

    Source: the definition of NRRD, version 5; 1/length times a vector is how Teem, and so ITK, makes it a direction.
    """
    fields, header_bytes = _header(path)
    signs = _refuse_unplaced(fields, path)
    try:
        sizes = [int(size) for size in fields["sizes"]]
        vectors = [
            None if vector is None or np.isnan(vector).any() else vector for vector in fields["space directions"]
        ]
        stored_type, encoding = _stored_type(fields), str(fields["encoding"])
        origin = np.asarray(fields["space origin"], dtype=np.float64)
    except (KeyError, TypeError, ValueError, nrrd.NRRDError) as error:
        raise SeriesError(f"{path} has a header that cannot be read ({_words(error)}): restore the file.") from error
    axes = [axis for axis, vector in enumerate(vectors) if vector is not None]
    others = [size for size, vector in zip(sizes, vectors, strict=False) if vector is None]
    if len(sizes) != len(vectors) or len(axes) != 3 or min(sizes) < 1:
        raise SeriesError(f"{path} has dimensions {sizes}; expected one 3D volume. Extract the volume that is meant.")
    shape_ijk = (sizes[axes[0]], sizes[axes[1]], sizes[axes[2]])
    if math.prod(sizes) > LARGEST_VOXEL_COUNT:
        raise SeriesError(
            f"{path} claims {' x '.join(map(str, sizes))} voxels; expected at most {LARGEST_VOXEL_COUNT}. "
            "The header is damaged: restore the file."
        )
    affine = np.eye(4)
    for column, vector in enumerate(vector for vector in vectors if vector is not None):
        x, y, z = (float(part) for part in vector)
        length = math.sqrt(x * x + y * y + z * z)
        if not 0 < length < math.inf:
            raise GeometryError(f"{path} has an axis of length {length:g}; expected its spacing. Convert it again.")
        affine[:3, column] = np.array([x, y, z]) * signs * (1.0 / length) * length
    affine[:3, 3] = origin * signs
    data_file = _data_file(fields)
    return NrrdFile(
        fields,
        VoxelGrid(affine, shape_ijk),
        math.prod(others),
        stored_type,
        encoding,
        path,
        path if data_file is None else path.parent / data_file,
        header_bytes if data_file is None else 0,
    )


def read_nrrd(path: Path) -> VolumeInFile:
    """The volume of a .nrrd or .nhdr file, its grid in LPS mm.

    Raises:
        SeriesError: as for `open_nrrd`, truncated, or not one number of 16 bits and more a voxel.
        GeometryError: as for `open_nrrd`.
    """
    scan = open_nrrd(path)
    if scan.components != 1:
        raise SeriesError(f"{path} has {scan.components} values a voxel; expected one real number of 16 bits or more.")
    if scan.stored_type.itemsize == 1:
        raise SeriesError(
            f"{path} has pixels of 8 bits ({scan.fields['type']}), which cannot be HU; give the CT in 16 bits or more."
        )
    return VolumeInFile(scan.grid, scan.voxels_zyx())


def names_of_labels(fields: Mapping[str, object]) -> dict[int, str]:
    """Names of labels that 3D Slicer writes into the header of a segmentation."""
    names = {}
    for key, value in fields.items():
        match = re.fullmatch(r"(Segment\d+_)LabelValue", key)
        name = fields.get(f"{match[1]}Name") if match else None
        if name is not None and str(value).strip().isdecimal():
            names[int(str(value))] = str(name).strip()
    return names


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """The fields of a header, names of NRRD's own in small letters, and its length in bytes."""
    try:
        with open_file(path) as file:
            fields = dict(nrrd.read_header(_lines(file)))
            length = file.tell()
    except OSError as error:
        raise SeriesError(f"{path} cannot be read: {error.strerror}.") from error
    except (StopIteration, RuntimeError, TypeError, ValueError, nrrd.NRRDError) as error:
        raise SeriesError(f"{path} has a header that cannot be read ({_words(error)}): restore the file.") from error
    for name in SMALL_LETTERS:
        if name in fields:
            fields[name] = fields[name].lower()
    encoding, data_file = fields.get("encoding", ""), _data_file(fields) or ""
    if encoding == "hex" or SEVERAL_FILES.match(data_file):
        raise SeriesError(
            f"{path} has its pixels {'in hexadecimal text' if encoding == 'hex' else 'in several files'}, which is not "
            "read; save the volume as one file."
        )
    return fields, length


def _lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a header to the blank one, each field's name in small letters.

    Raises:
        ValueError: there are too many for a header.
    """
    while line := file.readline(LONGEST_HEADER_BYTES):
        if file.tell() > LONGEST_HEADER_BYTES:
            raise ValueError(f"no blank line within {LONGEST_HEADER_BYTES} bytes")
        text = line.decode("utf-8", "replace")
        name, separator, value = text.partition(":")
        is_field = separator and not value.startswith("=") and not text.startswith("#")
        yield f"{name.strip().lower()}:{value}" if is_field else text
        if not text.strip():
            return


def _stored_type(fields: Mapping[str, Any]) -> np.dtype[Any]:
    """The type of the numbers, in their byte order.

    Raises:
        ValueError: a type or byte order that is none of NRRD's.
    """
    kind, endian = fields["type"], fields.get("endian", "")
    code = TYPES.get(kind, "")
    if not code or (code[1] != "1" and endian not in BYTE_ORDERS and fields.get("encoding") in (RAW, *GZIP)):
        raise ValueError(f"type '{kind}' and endian '{endian}'")
    return np.dtype(BYTE_ORDERS.get(endian, "") + code)


def _refuse_unplaced(fields: Mapping[str, Any], path: Path) -> NDArray[np.float64]:
    """Signs (3,) that turn the header's frame into LPS.

    Raises:
        GeometryError: no patient frame, directions, origin or length in mm.
    """
    space = fields.get("space", "")
    if space not in SIGNS_TO_LPS:
        raise GeometryError(
            f"{path} has NRRD space '{space}'; expected left-posterior-superior, "
            "right-anterior-superior or left-anterior-superior. Convert it from DICOM again."
        )
    for name in ("space directions", "space origin"):
        if name not in fields:
            raise GeometryError(
                f"{path} has no '{name}' in its header: it does not say where the volume lies in the patient. "
                "Convert it from DICOM again."
            )
    if sum(vector is not None and not np.isnan(vector).any() for vector in fields["space directions"]) < 3:
        raise GeometryError(
            f"{path} has an axis without direction in 'space directions': an axis has no direction, so the header does "
            "not say where the volume lies in the patient. Convert it from DICOM again."
        )
    units = [unit.strip() for unit in fields.get("space units", [])]
    other = [unit for unit in units if unit and unit.lower() not in MILLIMETRES]
    if other:
        raise GeometryError(f"{path} states its lengths in {other[0]}; expected millimetres (mm). Convert it.")
    return np.array(SIGNS_TO_LPS[space])


def _data_file(fields: Mapping[str, Any]) -> str | None:
    """The file of the pixels; None where they follow the header."""
    name = fields.get("data file", fields.get("datafile"))
    return None if name is None else str(name)


def _whole(fields: Mapping[str, Any], name: str) -> int:
    """A field of one whole number, which may be written without its blank; 0 where it is absent."""
    return int(fields.get(name, fields.get(name.replace(" ", ""), 0)))


def _words(error: Exception) -> str:
    """What an error says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
