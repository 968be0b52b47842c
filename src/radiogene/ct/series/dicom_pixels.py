"""Pixels of DICOM slices in Hounsfield units, decoded only when asked for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import get_frame
from pydicom.filereader import read_partial
from pydicom.pixels.decoders.base import get_decoder
from pydicom.tag import BaseTag
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from radiogene.ct.pixel_decoders import decoder_of
from radiogene.ct.scan import AIR_HU, WHOLE, Window, cleaned_hu
from radiogene.ct.series.deflated_file import inflated_copy
from radiogene.ct.series.dicom_file_header import DAMAGE_ERRORS, DEFLATED_HEADER_BYTES
from radiogene.ct.series.plain_header import PIXEL_TAGS
from radiogene.ct.series.slice_header import SliceHeader, StoredPixels
from radiogene.errors import SeriesError
from radiogene.storage.regular_file import open_file

UNCOMPRESSED = frozenset({ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian})
JPEG_FAMILY = frozenset({JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEGLSNearLossless, JPEG2000Lossless, JPEG2000})
READABLE = UNCOMPRESSED | JPEG_FAMILY | {DeflatedExplicitVRLittleEndian, RLELossless}
LOSSY = frozenset({JPEGLSNearLossless, JPEG2000})

END_OF_CODESTREAM = b"\xff\xd9"
"""Last marker of JPEG, JPEG-LS and JPEG 2000 alike; decoders forgive its absence, and fill what is missing."""

CT_BITS_ALLOCATED = 16
MEANINGS_OF_HU = frozenset({"", "HU", "US", "UNSPECIFIED"})
"""RescaleType values that leave Hounsfield units possible; HU is the default of CT (PS3.3 C.8.2.1)."""

LARGEST_AIR_HU = -100.0
"""A chest contains air near -1000 HU: pixels that cannot go below this are not in HU."""

SMALLEST_BONE_HU = 300.0
"""A chest contains bone: pixels that cannot go above this are not in HU."""

LARGEST_SLOPE_HU = 100.0
"""Of one stored step; the extended scale of CT has 10, and steps of 100 HU show no tissue."""

LARGEST_INTERCEPT_HU = 100_000.0

LEAST_PADDING_HU = -900.0
"""Padding that lies above this could be taken for tissue, so the result mentions it."""


def reason_not_hu(header: SliceHeader) -> str | None:
    """Why a slice's pixels cannot be read as Hounsfield units; None where they can.

    Source: DICOM PS3.3 C.8.2.1 (CT image: 16 bits, MONOCHROME2, rescale to HU).
    """
    pixels, rescale = header.pixels, header.rescale
    if pixels.transfer_syntax_uid not in READABLE:
        return f"transfer syntax {UID(pixels.transfer_syntax_uid).name} is not supported"
    if pixels.samples_per_pixel != 1 or pixels.photometric != "MONOCHROME2":
        return f"{pixels.samples_per_pixel} sample(s) of {pixels.photometric or 'no photometry'}, not MONOCHROME2"
    if pixels.bits_allocated != CT_BITS_ALLOCATED:
        return f"{pixels.bits_allocated}-bit pixels, which cannot be HU; expected {CT_BITS_ALLOCATED} bits"
    if not 1 <= pixels.bits_stored <= pixels.high_bit + 1 <= CT_BITS_ALLOCATED:
        return f"{pixels.bits_stored} bits stored with high bit {pixels.high_bit}, which is impossible"
    if rescale.slope is None or rescale.intercept is None:
        return "no RescaleSlope or RescaleIntercept, so its values are not HU"
    if not 0 < rescale.slope <= LARGEST_SLOPE_HU or abs(rescale.intercept) > LARGEST_INTERCEPT_HU:
        return (
            f"RescaleSlope {rescale.slope:g} and RescaleIntercept {rescale.intercept:g}; expected a slope above 0 and "
            f"at most {LARGEST_SLOPE_HU:g}, and an intercept within {LARGEST_INTERCEPT_HU:g} HU"
        )
    if rescale.kind not in MEANINGS_OF_HU:
        return f"RescaleType {rescale.kind}, not HU"
    least_stored = -(1 << (pixels.bits_stored - 1)) if pixels.signed else 0
    least_hu = rescale.slope * least_stored + rescale.intercept
    if least_hu > LARGEST_AIR_HU:
        return f"values that start at {least_hu:g}, so they cannot show air and are not HU"
    most_hu = least_hu + rescale.slope * ((1 << pixels.bits_stored) - 1)
    if most_hu < SMALLEST_BONE_HU:
        return f"values that end at {most_hu:g}, so they cannot show bone and are not HU"
    return None


def differing_lines(slices: Sequence[SliceHeader]) -> str | None:
    """A sentence for the result where slices turn stored values into HU in several ways; None where in one."""
    lines = Counter(
        (s.rescale.slope, s.rescale.intercept, s.pixels.bits_stored, s.pixels.high_bit, s.pixels.signed) for s in slices
    )
    if len(lines) < 2:
        return None
    (slope, intercept, bits, _, signed), usual = lines.most_common(1)[0]
    return (
        f"{len(slices) - usual} of {len(slices)} slices have another slope, intercept, sign or number of bits than the "
        f"others, each read by its own (the others: slope {slope:g}, intercept {intercept:g}, {bits} bits, "
        f"{'signed' if signed else 'unsigned'})"
    )


def padding_note(header: SliceHeader) -> str | None:
    """A sentence for the result where padding is stored as a value that could be tissue; else None."""
    value, slope, intercept = header.pixels.padding_value, header.rescale.slope, header.rescale.intercept
    if value is None or slope is None or intercept is None:
        return None
    numbers = _as_numbers(np.array([value], np.uint16), header.pixels)
    stored = int(numbers[0])
    # A word that needs more bits than are stored is told from every pixel of tissue.
    is_told_apart = int(numbers.view(np.uint16)[0]) != value
    if is_told_apart or slope * stored + intercept <= LEAST_PADDING_HU:
        return None
    return f"pixels stored as {stored} ({slope * stored + intercept:g} HU) are padding and read as {AIR_HU:g} HU"


def decode_slices_hu(headers: Sequence[SliceHeader]) -> Iterator[NDArray[np.float32]]:
    """The pixels (rows, columns) of each slice in HU, in the order given; padding is -1024.

    Args:
        headers: slices whose `reason_not_hu` is None; neighbours of one file open it once.

    Raises:
        SeriesError: a file is gone, truncated or cannot be decoded.
    """
    return (cleaned_hu(slice_hu) for (slice_hu,) in decode_windows_hu(headers, (WHOLE,)))


def decode_windows_hu(
    headers: Sequence[SliceHeader], windows: Sequence[Window]
) -> Iterator[tuple[NDArray[np.float32], ...]]:
    """Per slice, in the order given, its windows (rows, columns) in HU; pixels outside them are not turned into HU.

    Values below -1024 HU, which mean nothing, are still there.

    Args:
        headers: as for `decode_slices_hu`.
        windows: rows and columns.

    Raises:
        SeriesError: as for `decode_slices_hu`.
    """
    for path, group in groupby(headers, key=lambda header: header.path):
        frames = list(group)
        try:
            for header, words in zip(frames, _read_words(path, frames), strict=True):
                yield tuple(_to_hu(words[window], header) for window in windows)
        except OSError as error:
            raise SeriesError(f"{path}: cannot be read ({error.strerror}); restore the file.") from error
        except (RuntimeError, *DAMAGE_ERRORS) as error:
            cause = " ".join(str(error).split())
            raise SeriesError(
                f"{path}: its pixels cannot be decoded "
                f"({UID(frames[0].pixels.transfer_syntax_uid).name}: {cause}); "
                "the file is corrupt: restore it, or remove it and pass `allow_gaps`."
            ) from error


def _read_words(path: Path, headers: list[SliceHeader]) -> Iterator[NDArray[np.uint16]]:
    """The pixels (rows, columns) of frames of one file as 16-bit words."""
    pixels = headers[0].pixels
    if pixels.offset_bytes is None:
        size = headers[0].rows * headers[0].columns
        inflated = _inflated_words(path, size * (1 + max(header.frame for header in headers)))
        for header in headers:
            yield inflated[header.frame * size :][:size].reshape(header.rows, header.columns)
    elif pixels.transfer_syntax_uid in UNCOMPRESSED:
        yield from _uncompressed_words(path, headers, pixels.offset_bytes)
    else:
        yield from _decompressed_words(path, headers, pixels.offset_bytes)


def _inflated_words(path: Path, count: int) -> NDArray[np.uint16]:
    """The first words of the pixels of a deflated file."""
    needed = count * np.dtype("<u2").itemsize
    with open_file(path) as file:
        copy = inflated_copy(file, DEFLATED_HEADER_BYTES[-1] + needed)
    met: list[int] = []

    def at_pixels(tag: BaseTag, _vr: str | None, _length: int) -> bool:
        if tag in PIXEL_TAGS:
            met.append(0 if copy is None else copy.tell())
        return tag in PIXEL_TAGS

    if copy is not None:
        read_partial(copy, at_pixels, force=True, specific_tags=[])
    pixels = b"" if copy is None or not met else bytes(copy.getbuffer()[met[0] :][:needed])
    if len(pixels) < needed:
        raise EOFError(f"{len(pixels)} of {needed} bytes are there")
    return np.frombuffer(pixels, "<u2")


def _uncompressed_words(path: Path, headers: list[SliceHeader], offset_bytes: int) -> Iterator[NDArray[np.uint16]]:
    """The words of frames that are not compressed."""
    word = np.dtype("<u2" if headers[0].pixels.little_endian else ">u2")
    with open_file(path) as file:
        for header in headers:
            size = header.rows * header.columns
            file.seek(offset_bytes + header.frame * size * word.itemsize)
            pixels = file.read(size * word.itemsize)
            if len(pixels) < size * word.itemsize:
                raise EOFError(f"{len(pixels)} of {size * word.itemsize} bytes are there")
            yield np.frombuffer(pixels, word).astype(np.uint16, copy=False).reshape(header.rows, header.columns)


def _decompressed_words(path: Path, headers: list[SliceHeader], offset_bytes: int) -> Iterator[NDArray[np.uint16]]:
    """The words of frames that are encapsulated in a compressed form."""
    first, pixels = headers[0], headers[0].pixels
    with open_file(path) as file:
        file.seek(offset_bytes)
        encapsulated = file.read()
    if pixels.transfer_syntax_uid in JPEG_FAMILY:
        for header in headers:
            codestream = get_frame(encapsulated, header.frame, number_of_frames=header.frames_in_file)
            if not codestream.rstrip(b"\0").endswith(END_OF_CODESTREAM):
                raise EOFError(f"frame {header.frame + 1} has no end marker")
    decoded = get_decoder(pixels.transfer_syntax_uid).iter_array(
        encapsulated,
        indices=[header.frame for header in headers],
        raw=True,
        rows=first.rows,
        columns=first.columns,
        number_of_frames=first.frames_in_file,
        samples_per_pixel=1,
        photometric_interpretation=pixels.photometric,
        bits_allocated=pixels.bits_allocated,
        bits_stored=pixels.bits_stored,
        pixel_representation=int(pixels.signed),
        pixel_keyword="PixelData",
        decoding_plugin=decoder_of(pixels.transfer_syntax_uid),
    )
    for header in headers:
        frame, _ = next(decoded)
        if frame.shape != (header.rows, header.columns) or frame.dtype.itemsize > 2:
            raise ValueError(f"decoded to {frame.shape} of {frame.dtype}")
        yield frame.astype(np.int16 if pixels.signed else np.uint16).view(np.uint16)


def _as_numbers(words: NDArray[np.uint16], pixels: StoredPixels) -> NDArray[np.int16] | NDArray[np.uint16]:
    """The stored values: the BitsStored bits that end at HighBit, with their sign (PS3.5 8.1.1).

    Bits outside them may hold overlays, so they are shifted out.
    """
    encapsulated = pixels.transfer_syntax_uid not in UNCOMPRESSED | {DeflatedExplicitVRLittleEndian}
    high_bit = pixels.bits_stored - 1 if encapsulated else pixels.high_bit
    shifted = words << (CT_BITS_ALLOCATED - 1 - high_bit)
    down = CT_BITS_ALLOCATED - pixels.bits_stored
    return shifted.view(np.int16) >> down if pixels.signed else shifted >> down


def _to_hu(words: NDArray[np.uint16], header: SliceHeader) -> NDArray[np.float32]:
    """The words (rows, columns) in HU, with padding at -1024 HU; values that overflow become infinite."""
    pixels, rescale = header.pixels, header.rescale
    if rescale.slope is None or rescale.intercept is None:
        raise SeriesError(f"{header.place}: {reason_not_hu(header)}.")
    stored = _as_numbers(words, pixels)
    slice_hu = stored.astype(np.float32)
    slice_hu *= np.float32(rescale.slope)
    slice_hu += np.float32(rescale.intercept)
    if pixels.padding_value is not None:
        slice_hu[_is_padding(words, stored, pixels)] = AIR_HU
    return slice_hu


def _is_padding(
    words: NDArray[np.uint16], stored: NDArray[np.int16] | NDArray[np.uint16], pixels: StoredPixels
) -> NDArray[np.bool_]:
    """Which pixels are padding (PS3.3 C.7.5.1.1.2: the value, or the range from it to the limit).

    The value may use bits above BitsStored, so the whole word is compared as well.
    """
    value = pixels.padding_value or 0
    limit = value if pixels.padding_limit is None else pixels.padding_limit
    if limit == value:
        numbers = _as_numbers(np.array([value], np.uint16), pixels)
        fits = bool((numbers.view(np.uint16) == value).all())
        return (words == value) | (stored == numbers[0]) if fits else words == value
    ends = np.array([value, limit], np.uint16).view(np.int16 if pixels.signed else np.uint16)
    return (stored >= ends.min()) & (stored <= ends.max())
