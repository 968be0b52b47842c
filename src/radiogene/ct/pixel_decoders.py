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

OURS = "radiogene_libjpeg_turbo"

DECODERS: Mapping[str, str] = MappingProxyType(
    {
        JPEGBaseline8Bit: OURS,
        JPEGExtended12Bit: OURS,
        JPEGLossless: OURS,
        JPEGLosslessSV1: OURS,
        JPEGLSLossless: "pyjpegls",
        JPEGLSNearLossless: "pyjpegls",
        JPEG2000Lossless: "pylibjpeg",
        JPEG2000: "pylibjpeg",
        HTJ2KLossless: "pylibjpeg",
        HTJ2KLosslessRPCL: "pylibjpeg",
        RLELossless: "pydicom",
    }
)
"""pydicom's name of the decoder by transfer syntax; `pylibjpeg` is OpenJPEG by pylibjpeg-openjpeg."""


def decoder_of(transfer_syntax_uid: str) -> str:
    """The name that pydicom has for the decoder of a transfer syntax; empty where the choice is pydicom's."""
    name = DECODERS.get(transfer_syntax_uid, "")
    if name == OURS and OURS not in (decoder := get_decoder(UID(transfer_syntax_uid))).available_plugins:
        decoder.add_plugin(OURS, ("radiogene.ct.libjpeg_turbo", "decode_frame"))
    return name
