"""The frames of a DICOM segmentation as boolean planes, each cut to what it marks."""

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.pixels.utils import pixel_array

from radiogene.ct.nodule.dicom_object import UNREADABLE
from radiogene.ct.pixel_decoders import decoder_of
from radiogene.errors import NoduleError

LARGEST_SEGMENTATION_VOXELS = 2**31
"""More voxels than this are an error of the header or an attack on memory, not a segmentation of a CT."""

DEFAULT_MAXIMUM_FRACTION = 255
"""Maximum Fractional Value (0062,000E) where a FRACTIONAL segmentation leaves it out."""

ODD_WRITERS_DEFAULTS = {"SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2", "PixelRepresentation": 0}
"""Attributes with one legal value in a segmentation, which a decoder needs and old files may lack."""


@dataclass(frozen=True, eq=False)
class Patch:
    """The set voxels of one frame, cut to their bounding box.

    Attributes:
        mask_ji: bool (rows, columns) of the cut-out.
        row, column: where the cut-out starts in the frame.
    """

    mask_ji: NDArray[np.bool_]
    row: int
    column: int


def patch_of(mask_ji: NDArray[np.bool_]) -> Patch | None:
    """The cut-out of a frame (rows, columns); None where nothing is set."""
    rows = np.flatnonzero(mask_ji.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(mask_ji[rows[0] : rows[-1] + 1].any(axis=0))
    cut = mask_ji[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
    return Patch(cut, int(rows[0]), int(columns[0]))


def frame_count(dataset: Dataset, listed: int, where: str) -> tuple[int, tuple[str, ...]]:
    """The number of frames, and what was decided about it.

    Args:
        dataset: the segmentation.
        listed: how many frames its Per-frame Functional Groups describe; 0 where it has none.
        where: the file, for messages.

    Raises:
        NoduleError: the numbers contradict each other, or the segmentation is absurdly large.
    """
    try:
        rows, columns = int(dataset.Rows), int(dataset.Columns)
        declared = int(dataset.get("NumberOfFrames") or listed or 1)
    except (AttributeError, TypeError, ValueError) as error:
        raise NoduleError(f"{where} lacks a legible Rows, Columns or Number of Frames: {error}.") from error
    count = listed or declared
    if rows < 1 or columns < 1 or rows * columns * max(count, declared) > LARGEST_SEGMENTATION_VOXELS:
        raise NoduleError(
            f"{where} claims {declared} frames of {rows} x {columns}: at least 1 and at most "
            f"{LARGEST_SEGMENTATION_VOXELS} voxels were expected. The header is damaged."
        )
    if count == declared:
        return count, ()
    if _is_compressed(dataset) or not _holds(dataset, count * rows * columns):
        raise NoduleError(
            f"{where} claims {declared} frames but describes {count}, and its pixel data do not decide for the latter. "
            "Write the segmentation again, or give the nodule as a point."
        )
    return count, (f"the segmentation claims {declared} frames; its {count} described and stored frames were read",)


def label_frames(dataset: Dataset, count: int, where: str) -> Iterator[NDArray[np.integer]]:
    """Each frame (rows, columns): 0 and 1, or for a label map the segment numbers.

    Args:
        dataset: the segmentation, BINARY, FRACTIONAL or LABELMAP.
        count: the number of its frames.
        where: the file, for messages.

    Raises:
        NoduleError: the pixel data are missing, cut short, or fractions that need a threshold.

    Source: DICOM PS3.3 C.8.20.2, PS3.5 8.1.1 (bits are packed across frames, the first pixel in the lowest bit).
    """
    kind = str(dataset.get("SegmentationType") or "BINARY").upper()
    if kind not in ("BINARY", "FRACTIONAL", "LABELMAP"):
        raise NoduleError(f"{where}: Segmentation Type is {kind}; BINARY, FRACTIONAL or LABELMAP was expected.")
    if not dataset.get("PixelData"):
        raise NoduleError(f"{where} has no pixel data: it marks no nodule.")
    if int(dataset.get("BitsAllocated") or 1) == 1 and not _is_compressed(dataset):
        yield from _packed_frames(dataset, count, where)
        return
    for frame in _decoded_frames(dataset, count, where):
        yield frame if kind == "LABELMAP" else _whole_only(frame, dataset, kind, where)


def _packed_frames(dataset: Dataset, count: int, where: str) -> Iterator[NDArray[np.uint8]]:
    """Frames (rows, columns) of uncompressed single-bit pixels."""
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    bits = rows * columns
    packed = np.frombuffer(dataset.PixelData, dtype=np.uint8)
    if not dataset.original_encoding[1] and dataset["PixelData"].VR == "OW":
        packed = packed[: packed.size // 2 * 2].reshape(-1, 2)[:, ::-1].ravel()
    if packed.size * 8 < bits * count:
        raise NoduleError(
            f"The pixel data of {where} are cut short: {packed.size} bytes found, {math.ceil(bits * count / 8)} "
            f"expected for {count} frames of {rows} x {columns}. Get the file again."
        )
    for frame in range(count):
        start = frame * bits
        chunk = packed[start // 8 : (start + bits + 7) // 8]
        offset = start % 8
        yield np.unpackbits(chunk, bitorder="little")[offset : offset + bits].reshape(rows, columns)


def _decoded_frames(dataset: Dataset, count: int, where: str) -> Iterator[NDArray[np.integer]]:
    """Frames (rows, columns) as pydicom and its decoders give them."""
    for keyword, value in ODD_WRITERS_DEFAULTS.items():
        if dataset.get(keyword) is None:
            setattr(dataset, keyword, value)
    dataset.NumberOfFrames = count
    decoder = decoder_of(dataset.file_meta.TransferSyntaxUID)
    for frame in range(count):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                frame_ji = pixel_array(dataset, index=frame, decoding_plugin=decoder)
        except (*UNREADABLE, RuntimeError) as error:
            raise NoduleError(f"Frame {frame + 1} of {where} cannot be decoded: {error}.") from error
        yield frame_ji


def _whole_only(frame: NDArray[np.integer], dataset: Dataset, kind: str, where: str) -> NDArray[np.integer]:
    """A frame (rows, columns) of 0 and 1, where it holds nothing between nothing and all.

    Raises:
        NoduleError: the frame holds fractions.
    """
    if kind == "BINARY":
        top = int(frame.max())
    else:
        top = int(dataset.get("MaximumFractionalValue") or DEFAULT_MAXIMUM_FRACTION)
    is_set = frame == top
    if top > 0 and not (is_set | (frame == 0)).all():
        fraction_type = str(dataset.get("SegmentationFractionalType") or kind).lower()
        raise NoduleError(
            f"{where} holds fractions ({fraction_type}), not a mask: values other than 0 and {top} were found. "
            "Choose a threshold, write it as a BINARY segmentation, and give that."
        )
    return (is_set & (frame > 0)).astype(np.uint8)


def _is_compressed(dataset: Dataset) -> bool:
    syntax = dataset.file_meta.get("TransferSyntaxUID") if hasattr(dataset, "file_meta") else None
    return syntax is not None and bool(syntax.is_encapsulated)


def _holds(dataset: Dataset, pixels: int) -> bool:
    """True where the uncompressed pixel data are just as long as `pixels` need, with even padding."""
    needed = math.ceil(pixels * int(dataset.get("BitsAllocated") or 1) / 8)
    return 0 <= len(dataset.get("PixelData") or b"") - needed <= 1
