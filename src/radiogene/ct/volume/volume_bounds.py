"""How many bytes a volume may have, known from its header and the length of its file before any of them is read."""

from pathlib import Path

from radiogene.ct.packed_ratio import LARGEST_PACKED_RATIO
from radiogene.errors import SeriesError

LARGEST_VOLUME_BYTES = 2**32
"""2,000 slices of 1024 x 1024 in 16 bits, or 500 of them in 64."""

LARGEST_CT_RATIO = 200
"""A CT masked to its lungs packs into a fiftieth of its size; noise alone, to half."""

RATIO_COUNTS_FROM_BYTES = 2**28
"""A smaller volume costs nothing, whatever it was made of."""


def refuse_unheld(path: Path, stated: int, held: int, *, compressed: bool, is_ct: bool) -> None:
    """Refuse a volume that its file cannot hold, or that is larger than any.

    Args:
        path: of the file with the pixels, for messages.
        stated: bytes of pixels by the header.
        held: bytes of the file from which they come.
        compressed: True where these are packed.
        is_ct: False for a mask, which is even enough to be packed as tightly as can be.

    Raises:
        SeriesError: too large, or more than the file can hold.
    """
    if stated > LARGEST_VOLUME_BYTES:
        raise SeriesError(
            f"{path} claims {stated:,} bytes of pixels; expected at most {LARGEST_VOLUME_BYTES:,}. The header is "
            "damaged: restore the file."
        )
    ratio = LARGEST_PACKED_RATIO if compressed else 1
    if is_ct and compressed and stated > RATIO_COUNTS_FROM_BYTES:
        ratio = LARGEST_CT_RATIO
    if stated > held * ratio:
        packed = " packed" if compressed else ""
        raise SeriesError(
            f"{path} is truncated: its header claims {stated:,} bytes of pixels and the file has {held:,}{packed}, "
            "which cannot hold them. Restore the file, or convert the original again."
        )
