"""A small encoder of lossless JPEG (ITU-T T.81, process 14), because no library that is installed here writes it."""

import struct

import numpy as np

CATEGORIES = 17
CODE_BITS = 5
"""Every category has a code of as many bits: one Huffman table fits any image, if not well."""


def lossless_jpeg(words: np.ndarray, precision: int, predictor: int = 1, rows_between_restarts: int = 0) -> bytes:
    """The codestream of one frame.

    Args:
        words: (rows, columns) unsigned values below 2**precision.
        precision: bits of a value, 2 to 16.
        predictor: selection value of Table H.1 of T.81, 1 to 7.
        rows_between_restarts: 0 for none.
    """
    rows, columns = words.shape
    table = bytes([0, 0, 0, 0, 0, CATEGORIES, *([0] * 11), *range(CATEGORIES)])
    frame = struct.pack(">BHHB", precision, rows, columns, 1) + bytes([1, 0x11, 0])
    scan = bytes([1, 1, 0, predictor, 0, 0])
    restart = [(0xDD, struct.pack(">H", rows_between_restarts * columns))] if rows_between_restarts else []
    segments = [(0xC3, frame), (0xC4, table), *restart, (0xDA, scan)]
    header = b"".join(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body for marker, body in segments)
    coded = b""
    for number, first in enumerate(range(0, rows, rows_between_restarts or rows)):
        if number:
            coded += bytes([0xFF, 0xD0 + (number - 1) % 8])
        part = words[first : first + (rows_between_restarts or rows)]
        coded += _entropy_coded(_differences(part, precision, predictor))
    return b"\xff\xd8" + header + coded + b"\xff\xd9"


def _differences(words: np.ndarray, precision: int, predictor: int) -> np.ndarray:
    """The values less what their neighbours predict, modulo 2**16, as -32767 to 32768 (T.81, H.1.2)."""
    values = words.astype(np.int64)
    predicted = np.empty_like(values)
    left, above, corner = values[1:, :-1], values[:-1, 1:], values[:-1, :-1]
    predicted[1:, 1:] = {
        1: left,
        2: above,
        3: corner,
        4: left + above - corner,
        5: left + ((above - corner) >> 1),
        6: above + ((left - corner) >> 1),
        7: (left + above) >> 1,
    }[predictor]
    predicted[0, 1:] = values[0, :-1]
    predicted[1:, 0] = values[:-1, 0]
    predicted[0, 0] = 1 << (precision - 1)
    difference = (values - predicted) % 2**16
    return np.where(difference > 2**15, difference - 2**16, difference).ravel()


def _entropy_coded(differences: np.ndarray) -> bytes:
    """Category and further bits of each difference, a zero byte after each byte of ones (T.81, F.1.2.1, H.1.2.2)."""
    bits = []
    for difference in differences.tolist():
        category = abs(difference).bit_length()
        bits.append(f"{category:0{CODE_BITS}b}")
        if 0 < category < 16:
            further = difference if difference > 0 else difference + (1 << category) - 1
            bits.append(f"{further:0{category}b}")
    joined = "".join(bits)
    joined += "1" * (-len(joined) % 8)
    return int(joined, 2).to_bytes(len(joined) // 8, "big").replace(b"\xff", b"\xff\x00")
