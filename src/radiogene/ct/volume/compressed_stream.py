"""Compressed pixels of volume files, read to the checksum at their end, which readers pass over."""

import zlib
from pathlib import Path
from typing import BinaryIO

from radiogene.errors import SeriesError

GZIP_OR_ZLIB = 47
"""`wbits` with which zlib tells gzip (NRRD) from zlib (MetaImage) streams by itself."""

CHUNK_BYTES = 2**20

COMPRESSED_CHUNK_BYTES = 2**14
"""Deflate packs a thousand bytes into one at most, so that no chunk becomes more than 16 MB."""

LONGEST_HEADER_BYTES = 2**16
HEADER_ENDS = (b"ElementDataFile = LOCAL\n", b"ElementDataFile = LOCAL\r\n")
COMPRESSED = b"CompressedData = True"


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


def refuse_corrupt_stream(path: Path) -> None:
    """Refuse a single-file .mha whose compressed pixels do not fit their checksum.

    Raises:
        SeriesError: bytes were changed or lost after the file was written.
    """
    with path.open("rb") as file:
        header = file.read(LONGEST_HEADER_BYTES)
        ends = [header.find(end) + len(end) for end in HEADER_ENDS if end in header]
        if not ends or COMPRESSED not in header[: min(ends)]:
            return
        file.seek(min(ends))
        try:
            inflated(file, 0)
        except (EOFError, zlib.error) as error:
            raise SeriesError(f"{path} holds damaged pixels ({error}): restore the file.") from error
