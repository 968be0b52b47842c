"""The parts of a JPEG codestream that its decoder leaves unchecked: its size, and whether its bits are all there.

libjpeg-turbo is fast and does not crash over damage, but it fills what is missing and reports success. A lossless
stream says by itself whether that has happened: written again with its own codes, the decoded pixels need as many bits
as the stream holds.

Source: ITU-T T.81, B.1 and B.2 (syntax), C.2 (codes from lengths), H.1 (lossless prediction).
"""

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

START_OF_FRAME = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
LOSSLESS_FRAME = 0xC3
HUFFMAN_TABLES = 0xC4
START_OF_IMAGE = 0xD8
START_OF_SCAN = 0xDA
RESTART_INTERVAL = 0xDD
RESTARTS = range(0xD0, 0xD8)
MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
STUFFED = b"\xff\x00"
"""A byte of ones in the coded bits: the zero says that it is no marker (B.1.1.5)."""

LAST_CATEGORY = 16
"""The difference 32768: it has a code, and no further bits (H.1.2.2)."""

NO_CODE_BITS = 2**40
"""Stands for a category without a code: more than all pixels of a row can need."""

FILLINGS = (b"\0", b"\xff")
"""What a writer may put between the last pixel and the next marker; other bytes are pixels that were not read."""


@dataclass
class JpegStream:
    """What the header says, and the entropy-coded bytes.

    Attributes:
        frame: marker of the frame's kind.
        precision: bits of a value.
        rows, columns, components: of the image.
        code_bits: per Huffman table the length of each category's code; 0 where it has none.
        table: of the scan's first component.
        predictor: selection value of a lossless scan.
        shift: point transform of a lossless scan.
        restart: pixels between two restarts; 0 without.
        coded: bytes from the scan's header on.
    """

    frame: int = 0
    precision: int = 0
    rows: int = 0
    columns: int = 0
    components: int = 0
    code_bits: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    table: int = 0
    predictor: int = 0
    shift: int = 0
    restart: int = 0
    coded: bytes = b""


def read_jpeg_stream(codestream: bytes) -> JpegStream:
    """The header and coded bytes of a stream with one scan.

    Raises:
        ValueError: it does not follow the syntax of JPEG as far as its first scan.
    """
    stream, place = JpegStream(), 0
    while place + 1 < len(codestream):
        if codestream[place] != 0xFF:
            raise ValueError(f"no marker at byte {place}")
        marker = codestream[place + 1]
        place += 1 if marker == 0xFF else 2
        if marker in (0xFF, START_OF_IMAGE):
            continue
        length = int.from_bytes(codestream[place : place + 2], "big")
        segment = codestream[place + 2 : place + length]
        if length < 2 or len(segment) < length - 2:
            raise ValueError(f"segment 0x{marker:02X} at byte {place} is cut short")
        place += length
        try:
            _take(stream, marker, segment)
        except (IndexError, ValueError) as error:
            raise ValueError(f"segment 0x{marker:02X} that ends at byte {place} is damaged") from error
        if marker == START_OF_SCAN:
            stream.coded = codestream[place:]
            return stream
    raise ValueError("no scan in it")


def _take(stream: JpegStream, marker: int, segment: bytes) -> None:
    """Put what one segment says into the stream."""
    if marker in START_OF_FRAME:
        stream.frame, stream.precision, stream.components = marker, segment[0], segment[5]
        stream.rows, stream.columns = int.from_bytes(segment[1:3], "big"), int.from_bytes(segment[3:5], "big")
    elif marker == HUFFMAN_TABLES:
        while segment:
            counts = segment[1:17]
            categories = segment[17 : 17 + sum(counts)]
            code_bits = np.zeros(256, np.int64)
            code_bits[list(categories)] = np.repeat(np.arange(1, 17), list(counts))
            stream.code_bits[segment[0]] = code_bits
            segment = segment[17 + sum(counts) :]
    elif marker == RESTART_INTERVAL:
        stream.restart = int.from_bytes(segment[:2], "big")
    elif marker == START_OF_SCAN:
        stream.table, stream.predictor, stream.shift = segment[2] >> 4, segment[-3], segment[-1] & 15


def refuse_missing_bits(stream: JpegStream, words: NDArray[np.unsignedinteger]) -> None:
    """Refuse a lossless stream whose decoded pixels need more or fewer bits than it holds.

    Args:
        stream: of one component.
        words: (rows, columns) that the decoder made of it.

    Raises:
        ValueError: bits are missing or left over, or the stream has no code for a pixel.
    """
    if stream.restart % stream.columns:
        raise ValueError(f"restarts every {stream.restart} pixels within rows of {stream.columns}")
    rows_between = stream.restart // stream.columns or stream.rows
    bits_of_rows = _bits_of_differences(stream)[_differences(stream, words, rows_between)].sum(axis=1)
    if bits_of_rows.max() >= NO_CODE_BITS:
        raise ValueError("pixels for which the stream has no code")
    needed = np.add.reduceat(bits_of_rows, np.arange(0, stream.rows, rows_between))
    intervals = _intervals(stream.coded)
    if len(intervals) != len(needed):
        raise ValueError(f"{len(intervals)} restart intervals are there, {len(needed)} were expected")
    for interval, bits in zip(intervals, needed.tolist(), strict=True):
        if bits > 8 * len(interval):
            raise ValueError(f"{bits - 8 * len(interval)} bits of pixels are missing")
        if interval[-(-bits // 8) :].strip(FILLINGS[0]) and interval[-(-bits // 8) :].strip(FILLINGS[1]):
            raise ValueError(f"{8 * len(interval) - bits} bits are left over")


def _differences(stream: JpegStream, words: NDArray[np.unsignedinteger], rows_between: int) -> NDArray[np.uint16]:
    """(rows, columns): the values less what their neighbours predict, modulo 2**16 (Table H.1)."""
    values = words.astype(np.int32) >> stream.shift
    predicted = np.empty_like(values)
    left, above, corner = values[1:, :-1], values[:-1, 1:], values[:-1, :-1]
    predicted[1:, 1:] = _predicted(stream.predictor, left, above, corner)
    predicted[1:, 0] = values[:-1, 0]
    predicted[::rows_between, 1:] = values[::rows_between, :-1]
    predicted[::rows_between, 0] = 1 << (stream.precision - stream.shift - 1)
    return (values - predicted).astype(np.uint16)


def _predicted(
    predictor: int, left: NDArray[np.int32], above: NDArray[np.int32], corner: NDArray[np.int32]
) -> NDArray[np.int32]:
    """What a selection value makes of three neighbours of the same shape."""
    if predictor == 1:
        return left
    if predictor == 2:
        return above
    if predictor == 3:
        return corner
    if predictor == 4:
        return left + above - corner
    if predictor == 5:
        return left + ((above - corner) >> 1)
    if predictor == 6:
        return above + ((left - corner) >> 1)
    if predictor == 7:
        return (left + above) >> 1
    raise ValueError(f"predictor {predictor} is not one of lossless JPEG")


def _bits_of_differences(stream: JpegStream) -> NDArray[np.int64]:
    """(65536,): how many bits the stream needs for a difference, by the difference modulo 2**16."""
    code_bits = stream.code_bits.get(stream.table, np.zeros(256, np.int64))[: LAST_CATEGORY + 1]
    category = np.arange(LAST_CATEGORY + 1)
    bits = np.where(code_bits > 0, code_bits + np.where(category < LAST_CATEGORY, category, 0), NO_CODE_BITS)
    differences = np.arange(2**16)
    # A category is how many bits the magnitude has.
    return bits[np.frexp(np.minimum(differences, 2**16 - differences))[1]]


def _intervals(coded: bytes) -> list[bytes]:
    """The coded bits between two restarts each, to the marker that ends the scan.

    Raises:
        ValueError: no marker ends the scan.
    """
    intervals, start = [], 0
    for marker in MARKER.finditer(coded):
        intervals.append(coded[start : marker.start()].replace(STUFFED, b"\xff"))
        start = marker.end()
        if marker[1][0] not in RESTARTS:
            return intervals
    raise ValueError("no marker ends its scan")
