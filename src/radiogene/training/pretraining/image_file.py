"""One image file as pixels of a preset's size, or the reason why it is none."""

import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from radiogene.storage.regular_file import open_file

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP")
"""Pillow's names of the formats that are read; no other decoder ever sees a file."""

LARGEST_FILE_BYTES = 128 * 2**20
LARGEST_PIXELS = 2**26
"""8192 x 8192: 192 MiB as RGB. A file that would unpack to more is refused by its header, before its pixels."""

DEEP_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
"""Pillow's modes of more than 8 bits a channel, whose range no file states."""

UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)
"""What Pillow raises for files that are damaged, truncated or no images."""


class UnusableImageError(Exception):
    """A file that gives no image; its message is the reason, without the file's name."""


def read_image(path: Path, size: int) -> NDArray[np.uint8]:
    """The image (S, S, 3), RGB.

    Turned upright as its EXIF says; the first image of several; grey copied to three channels, transparency ignored;
    both sides scaled to S, so that the whole image is seen and its aspect is lost.

    Args:
        path: of a file in one of `FORMATS`.
        size: S.

    Raises:
        UnusableImageError: no image, a damaged one, too large a one, or more than 8 bits a channel.

    Source: paper, "Obtaining 9 2D nodule slices": uniformly adjusted to a size.
    """
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise UnusableImageError(f"a file of more than {LARGEST_FILE_BYTES // 2**20} MiB")
        with warnings.catch_warnings():
            # Remarks on odd metadata; and Pillow's own bound on pixels, which is above ours, warns first.
            warnings.simplefilter("ignore")
            with open_file(path) as file, Image.open(file, formats=FORMATS) as opened:
                return _pixels(opened, size)
    except UnidentifiedImageError as error:
        raise UnusableImageError(f"no image in {', '.join(FORMATS)}") from error
    except Image.DecompressionBombError as error:
        raise UnusableImageError(f"more than {LARGEST_PIXELS} pixels") from error
    except UNREADABLE as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnusableImageError(f"damaged ({reason or type(error).__name__})") from error


def _pixels(opened: Image.Image, size: int) -> NDArray[np.uint8]:
    if opened.width * opened.height > LARGEST_PIXELS:
        raise UnusableImageError(f"{opened.width} x {opened.height} pixels, more than {LARGEST_PIXELS}")
    if opened.mode in DEEP_MODES:
        raise UnusableImageError(f"more than 8 bits a channel (mode {opened.mode})")
    upright = ImageOps.exif_transpose(opened).convert("RGB")
    return np.asarray(upright.resize((size, size), Image.Resampling.BICUBIC))
