"""Whether the compressed pixels of an NRRD or MetaImage file are whole: their checksum, which readers pass over."""

import zlib
from pathlib import Path

from radiogene.errors import SeriesError

GZIP_OR_ZLIB = 47
"""`wbits` with which zlib tells gzip (NRRD) from zlib (MetaImage) streams by itself."""

CHUNK_BYTES = 2**20
LONGEST_HEADER_BYTES = 2**16
HEADER_ENDS = (b"\n\n", b"\r\n\r\n", b"ElementDataFile = LOCAL\n", b"ElementDataFile = LOCAL\r\n")
COMPRESSED = (b"encoding: gz", b"encoding:gz", b"CompressedData = True")


def refuse_corrupt_stream(path: Path) -> None:
    """Refuses a single-file .nrrd or .mha whose compressed pixels do not fit their checksum.

    Raises:
        SeriesError: bytes were changed or lost after the file was written.
    """
    with path.open("rb") as file:
        header = file.read(LONGEST_HEADER_BYTES)
        ends = [header.find(end) + len(end) for end in HEADER_ENDS if end in header]
        if not ends or not any(word in header[: min(ends)] for word in COMPRESSED):
            return
        file.seek(min(ends))
        stream = zlib.decompressobj(GZIP_OR_ZLIB)
        try:
            while not stream.eof and (chunk := file.read(CHUNK_BYTES)):
                while chunk:
                    stream.decompress(chunk, CHUNK_BYTES)
                    chunk = stream.unconsumed_tail
        except zlib.error as error:
            raise SeriesError(f"{path} holds damaged pixels ({error}): restore the file.") from error
        if not stream.eof:
            raise SeriesError(f"{path} ends before its compressed pixels do: restore the file.")
