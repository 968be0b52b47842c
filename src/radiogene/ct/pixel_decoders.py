"""Which decoder reads which transfer syntax, so that no other that happens to be installed gives other pixels."""

from collections.abc import Mapping
from types import MappingProxyType

from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    JPEG2000,
    UID,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

JPEG, RLE = "radiogene_jpeg", "radiogene_rle"

OURS = {JPEG: "radiogene.ct.libjpeg_turbo", RLE: "radiogene.ct.rle_frames"}
"""Modules that are made known to pydicom as decoders, by the name that they get there."""

DECODERS: Mapping[str, str] = MappingProxyType(
    {
        JPEGBaseline8Bit: JPEG,
        JPEGExtended12Bit: JPEG,
        JPEGLossless: JPEG,
        JPEGLosslessSV1: JPEG,
        JPEGLSLossless: "pyjpegls",
        JPEGLSNearLossless: "pyjpegls",
        JPEG2000Lossless: "pylibjpeg",
        JPEG2000: "pylibjpeg",
        HTJ2KLossless: "pylibjpeg",
        HTJ2KLosslessRPCL: "pylibjpeg",
        RLELossless: RLE,
    }
)
"""pydicom's name of the decoder by transfer syntax; `pylibjpeg` is OpenJPEG by pylibjpeg-openjpeg."""


def decoder_of(transfer_syntax_uid: str) -> str:
    """The name that pydicom has for the decoder of a transfer syntax; empty where the choice is pydicom's."""
    name = DECODERS.get(transfer_syntax_uid, "")
    if name in OURS and name not in (decoder := get_decoder(UID(transfer_syntax_uid))).available_plugins:
        decoder.add_plugin(name, (OURS[name], "decode_frame"))
    return name
