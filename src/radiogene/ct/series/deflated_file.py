"""DICOM whose data set is deflated, inflated as far as it is needed: three megabytes may stand for three gigabytes.

Source: DICOM PS3.5 A.5 (raw deflate behind the File Meta Information), PS3.10 7.1.
"""

import io
import struct
import zlib
from typing import BinaryIO

from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from radiogene.ct.series.plain_header import MAGIC, PREAMBLE_BYTES

DEFLATED = DeflatedExplicitVRLittleEndian.encode()
PLAIN = ExplicitVRLittleEndian.encode().ljust(len(DEFLATED), b"\0")
"""What the copy says in its place; a UID is padded with zeros."""

GROUP_LENGTH = struct.Struct("<HH2sHI")
"""(0002,0000), the first element: where the File Meta Information ends."""

META_BYTES = 2**12
"""Of a few UIDs, a version and a title."""

PIECE_BYTES = 2**20

LARGEST_OBJECT_BYTES = 2**30
"""Four times a segmentation of 1,000 slices in bytes."""


def inflated_copy(file: BinaryIO, most: int) -> io.BytesIO | None:
    """A copy in memory that is not deflated; None of a file that is not. The file is then at its beginning.

    Args:
        file: open at its beginning.
        most: bytes of the data set that are inflated; the copy ends there.

    Raises:
        EOFError: a deflated file without the length of its File Meta Information, or one that is cut short.
        zlib.error: the stream is damaged.
    """
    start = file.read(META_BYTES)
    file.seek(0)
    if start[PREAMBLE_BYTES:][: len(MAGIC)] != MAGIC or DEFLATED not in start:
        return None
    first = PREAMBLE_BYTES + len(MAGIC)
    if len(start) < first + GROUP_LENGTH.size:
        return None
    group, element, _, _, length = GROUP_LENGTH.unpack_from(start, first)
    end = first + GROUP_LENGTH.size + length
    if (group, element) != (2, 0) or end > META_BYTES:
        raise EOFError("it is deflated, and does not say where its File Meta Information ends")
    if DEFLATED not in start[first:end]:
        return None
    file.seek(end)
    content = io.BytesIO()
    content.write(start[:end].replace(DEFLATED, PLAIN))
    stream, room = zlib.decompressobj(-zlib.MAX_WBITS), most
    while room and not stream.eof and (chunk := stream.unconsumed_tail or file.read(PIECE_BYTES)):
        room -= content.write(stream.decompress(chunk, min(room, PIECE_BYTES)))
    if room and not stream.eof:
        raise EOFError("the file ends before its deflated data set does")
    file.seek(0)
    content.seek(0)
    return content
