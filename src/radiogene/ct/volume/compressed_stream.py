"""Compressed pixels of volume files, read to the checksum at their end, which readers pass over."""

import bz2
import gzip
import io
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from radiogene.ct.volume.volume_bounds import refuse_unheld
from radiogene.errors import SeriesError
from radiogene.storage.regular_file import open_file

GZIP_OR_ZLIB = 47
"""`wbits` with which zlib tells gzip (NRRD) from zlib (MetaImage) streams by itself."""

CHUNK_BYTES = 2**20

COMPRESSED_CHUNK_BYTES = 2**14
"""Deflate packs a thousand bytes into one at most, so that no chunk becomes more than 16 MB."""

LONGEST_HEADER_BYTES = 2**16
LOCAL = "LOCAL"

METAIMAGE_BYTES = {
    **dict.fromkeys(("MET_CHAR", "MET_UCHAR"), 1),
    **dict.fromkeys(("MET_SHORT", "MET_USHORT"), 2),
    **dict.fromkeys(("MET_INT", "MET_UINT", "MET_FLOAT"), 4),
    **dict.fromkeys(("MET_LONG_LONG", "MET_ULONG_LONG", "MET_DOUBLE"), 8),
}
"""Bytes of one number of each type; MET_LONG has 4 or 8, as the writer's machine had, and is not read."""

SIZE_FIELDS = frozenset(
    {"ndims", "dimsize", "elementtype", "elementnumberofchannels", "compresseddata", "headersize", "elementdatafile"}
)
"""What decides how many bytes are read."""

MOST_DIMENSIONS = 4
"""A volume, and a fourth axis of one element; ITK's reader sets room aside for ten and does not look."""


@contextmanager
def open_perhaps_gzip(path: Path) -> Iterator[BinaryIO]:
    """A file open for reading, inflated where its name ends with .gz.

    Raises:
        OSError: it cannot be read, or is no file.
    """
    with open_file(path) as file:
        if not path.name.lower().endswith(".gz"):
            yield file
            return
        with gzip.GzipFile(fileobj=file) as stream:
            yield cast(BinaryIO, stream)


def read_at_most(file: BinaryIO, needed: int) -> bytearray:
    """The next `needed` bytes, or fewer where the file ends; memory grows only with what is read."""
    content = bytearray()
    while len(content) < needed and (chunk := file.read(min(needed - len(content), CHUNK_BYTES))):
        content += chunk
    return content


def inflated(file: BinaryIO, needed: int) -> bytearray:
    """The first `needed` bytes of the stream that begins here, or fewer where it ends; the whole stream is checked.

    One that goes on for longer is not read to its end.

    Raises:
        EOFError: the file ends before the stream does.
        zlib.error: bytes were changed after the file was written.
    """
    content, total, stream = bytearray(), 0, zlib.decompressobj(GZIP_OR_ZLIB)
    while total <= needed and not stream.eof and (chunk := file.read(COMPRESSED_CHUNK_BYTES)):
        piece = stream.decompress(chunk)
        total += len(piece)
        content += piece[: needed - len(content)]
    if total <= needed and not stream.eof:
        raise EOFError("the file ends before its compressed pixels do")
    return content


def unpacked_bzip2(file: BinaryIO, needed: int) -> bytearray:
    """The same of a stream of bzip2, which packs without any bound and is therefore unpacked piece by piece.

    Raises:
        EOFError: the file ends before the stream does.
        OSError: bytes were changed after the file was written.
    """
    content, stream = bytearray(), bz2.BZ2Decompressor()
    while len(content) < needed and not stream.eof:
        chunk = file.read(COMPRESSED_CHUNK_BYTES) if stream.needs_input else b""
        if stream.needs_input and not chunk:
            raise EOFError("the file ends before its compressed pixels do")
        content += stream.decompress(chunk, min(needed - len(content), CHUNK_BYTES))
    return content


def refuse_wrong_size(path: Path, *, is_ct: bool = True) -> None:
    """Refuse a .mha or .mhd whose pixels are not as many as its header states, or do not fit their checksum.

    SimpleITK takes what there is, and fills the rest; it sets memory aside for what the header states, and some
    statements end its process. It gets a file only when all of it is known.

    Args:
        path: of the header.
        is_ct: False for a mask.

    Raises:
        SeriesError: bytes were changed or lost after the file was written, the header states another size or none that
            can be, or the pixels are in several files.
    """
    with open_file(path) as file:
        fields, end = _metaimage_fields(file.read(LONGEST_HEADER_BYTES), path)
    name = fields.get("elementdatafile", "")
    if name == "LIST" or name.startswith("LIST ") or "%" in name:
        raise SeriesError(f"{path} has its pixels in several files, which is not read; save the volume as one file.")
    size = _stated_bytes(fields, path)
    data_path = path if name == LOCAL else path.parent / name
    packed = fields.get("compresseddata", "").lower() == "true"
    try:
        skip = end if name == LOCAL else int(fields.get("headersize", "0"))
        with open_file(data_path) as pixels:
            held = pixels.seek(0, io.SEEK_END) - max(skip, 0)
            refuse_unheld(data_path, size, held, compressed=packed, is_ct=is_ct)
            if packed:
                pixels.seek(max(skip, 0))
                held = inflated_length(pixels, size)
            else:
                held = min(held, size) if skip < 0 else held
    except (EOFError, zlib.error) as error:
        raise SeriesError(f"{data_path} holds damaged pixels ({error}): restore the file.") from error
    except (OSError, ValueError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SeriesError(f"{data_path}, which {path} names, cannot be read: {reason}.") from error
    if held != size:
        raise SeriesError(
            f"{data_path} holds {'more' if held > size else held} bytes of pixels where its header states {size}: it "
            "is truncated, or its size or type are wrong. Restore the file, or convert the original again."
        )


def inflated_length(file: BinaryIO, most: int) -> int:
    """How many bytes the stream that begins here holds; the whole stream is checked, and none of it kept.

    Args:
        file: open at the stream.
        most: bytes that it may hold; one that holds more is not read to its end.

    Raises:
        EOFError: the file ends before the stream does.
        zlib.error: bytes were changed after the file was written.
    """
    length, stream = 0, zlib.decompressobj(GZIP_OR_ZLIB)
    while length <= most and not stream.eof and (chunk := file.read(COMPRESSED_CHUNK_BYTES)):
        length += len(stream.decompress(chunk))
    if length <= most and not stream.eof:
        raise EOFError("the file ends before its compressed pixels do")
    return length


def _metaimage_fields(start: bytes, path: Path) -> tuple[dict[str, str], int]:
    """The fields `name = value` of a header, names in small letters, and where it ends in the file.

    Raises:
        SeriesError: a field stands twice, so that two readers could take another value each.
    """
    fields: dict[str, str] = {}
    position = 0
    for line in start.splitlines(keepends=True):
        position += len(line)
        name, equals_sign, value = line.decode("latin-1").partition("=")
        name = name.strip().lower()
        if equals_sign:
            if name in SIZE_FIELDS and name in fields:
                raise SeriesError(f"{path} states {name} twice in its header: restore the file, or convert it again.")
            fields[name] = value.strip()
        if name == "elementdatafile":
            break
    return fields, position


def _stated_bytes(fields: dict[str, str], path: Path) -> int:
    """How many bytes of pixels a header states.

    Raises:
        SeriesError: it does not say, or states what no volume has.
    """
    kind = fields.get("elementtype", "").upper().removesuffix("_ARRAY")
    try:
        if "elementdatafile" not in fields:
            raise ValueError("no ElementDataFile")
        dimensions, channels = int(fields["ndims"]), int(fields.get("elementnumberofchannels", "1"))
        sizes = [int(size) for size in fields["dimsize"].split()]
        if not 1 <= dimensions <= MOST_DIMENSIONS or len(sizes) != dimensions or min(sizes) < 1 or channels < 1:
            raise ValueError(f"NDims {dimensions}, DimSize {fields['dimsize'][:40]}, {channels} channels")
        bytes_each = METAIMAGE_BYTES[kind]
    except (KeyError, ValueError) as error:
        words = f"no {error}" if isinstance(error, KeyError) and kind in METAIMAGE_BYTES else str(error)
        if kind not in METAIMAGE_BYTES:
            words = f"pixels of type {kind or 'unknown'}"
        raise SeriesError(
            f"{path} has a header with {words}; expected the sizes of one volume of whole numbers or reals. It is "
            "truncated or damaged: restore the file, or convert it again."
        ) from error
    return math.prod(sizes) * channels * bytes_each
