"""Compressed pixels of volume files, read to the checksum at their end, which readers pass over."""

import gzip
import io
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

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
"""Bytes of one number of each type; MET_LONG has 4 or 8, as the writer's machine had."""


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

    Raises:
        EOFError: the file ends before the stream does.
        zlib.error: bytes were changed after the file was written.
    """
    content, stream = bytearray(), zlib.decompressobj(GZIP_OR_ZLIB)
    while not stream.eof and (chunk := file.read(COMPRESSED_CHUNK_BYTES)):
        piece = stream.decompress(chunk)
        content += piece if len(piece) <= needed - len(content) else piece[: needed - len(content)]
    if not stream.eof:
        raise EOFError("the file ends before its compressed pixels do")
    return content


def refuse_wrong_size(path: Path) -> None:
    """Refuse a .mha or .mhd whose pixels are not as many as its header states, or do not fit their checksum.

    SimpleITK takes what there is, and fills the rest.

    Raises:
        SeriesError: bytes were changed or lost after the file was written, the header states another size, or the
            pixels are in several files.
    """
    with open_file(path) as file:
        fields, end = _metaimage_fields(file.read(LONGEST_HEADER_BYTES))
        name = fields.get("elementdatafile", "")
        if name == "LIST" or name.startswith("LIST ") or "%" in name:
            raise SeriesError(
                f"{path} has its pixels in several files, which is not read; save the volume as one file."
            )
        size = _stated_bytes(fields)
        if not name or size is None:
            return
        data_path = path if name == LOCAL else path.parent / name
        try:
            with open_file(data_path) as pixels:
                skip = end if name == LOCAL else int(fields.get("headersize", "0"))
                if fields.get("compresseddata", "").lower() == "true":
                    pixels.seek(max(skip, 0))
                    held = inflated_length(pixels)
                else:
                    held = pixels.seek(0, io.SEEK_END) - max(skip, 0)
                    held = min(held, size) if skip < 0 else held
        except (EOFError, zlib.error) as error:
            raise SeriesError(f"{data_path} holds damaged pixels ({error}): restore the file.") from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise SeriesError(f"{data_path}, which {path} names, cannot be read: {reason}.") from error
    if held != size:
        raise SeriesError(
            f"{data_path} holds {held} bytes of pixels where its header states {size}: it is truncated, or its size or "
            "type are wrong. Restore the file, or convert the original again."
        )


def inflated_length(file: BinaryIO) -> int:
    """How many bytes the stream that begins here holds; the whole stream is checked, and none of it kept.

    Raises:
        EOFError: the file ends before the stream does.
        zlib.error: bytes were changed after the file was written.
    """
    length, stream = 0, zlib.decompressobj(GZIP_OR_ZLIB)
    while not stream.eof and (chunk := file.read(COMPRESSED_CHUNK_BYTES)):
        length += len(stream.decompress(chunk))
    if not stream.eof:
        raise EOFError("the file ends before its compressed pixels do")
    return length


def _metaimage_fields(start: bytes) -> tuple[dict[str, str], int]:
    """The fields `name = value` of a header, names in small letters, and where it ends in the file."""
    fields: dict[str, str] = {}
    position = 0
    for line in start.splitlines(keepends=True):
        position += len(line)
        name, equals_sign, value = line.decode("latin-1").partition("=")
        if equals_sign:
            fields[name.strip().lower()] = value.strip()
        if name.strip().lower() == "elementdatafile":
            break
    return fields, position


def _stated_bytes(fields: dict[str, str]) -> int | None:
    """How many bytes of pixels a header states; None where it does not say what SimpleITK needs to know."""
    bytes_each = METAIMAGE_BYTES.get(fields.get("elementtype", "").upper().removesuffix("_ARRAY"))
    try:
        sizes = [int(size) for size in fields["dimsize"].split()]
        channels = int(fields.get("elementnumberofchannels", "1"))
    except (KeyError, ValueError):
        return None
    return None if bytes_each is None or min(sizes, default=0) < 1 else math.prod(sizes) * channels * bytes_each
