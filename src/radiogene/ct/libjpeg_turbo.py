"""JPEG frames for pydicom, decoded by libjpeg-turbo in imagecodecs and refused where they are damaged.

pydicom offers two decoders of lossless JPEG. pylibjpeg-libjpeg is under the GPL. python-gdcm ended the whole process,
by a segmentation fault or an exception of C++, within 50 damaged frames of 37 x 40 pixels; where it is installed, every
import of pydicom takes 0.06 s more, fails beside any folder named `dl`, and RLE is written by a coder that ends the
process as well. libjpeg-turbo took 1,600 of those frames without harm, and with the check of `jpeg_stream` needs 11 to
14 ms for 512 x 512 pixels; the others need 18 to 24 and 9 to 18 ms.
"""

import numpy as np
from pydicom.pixels.decoders.base import DecodeRunner
from pydicom.uid import UID, JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1

from radiogene.ct.jpeg_stream import LOSSLESS_FRAME, read_jpeg_stream, refuse_missing_bits

SYNTAXES = (JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1)
DECODER_DEPENDENCIES = dict.fromkeys(SYNTAXES, ("imagecodecs>=2026.3.6",))
"""What pydicom asks a decoder for: the syntaxes that it reads."""


def is_available(uid: str) -> bool:
    """Whether pydicom may decode a transfer syntax by `decode_frame`."""
    return UID(uid) in DECODER_DEPENDENCIES


def decode_frame(src: bytes, runner: DecodeRunner) -> bytes:
    """The pixels of one frame of one sample, in as many bytes each as the dataset allocates.

    Args:
        src: the codestream.
        runner: pydicom's, which knows the dataset.

    Raises:
        ValueError: the stream is damaged, or of another size than the dataset says.
    """
    # Some 10 ms that only a compressed scan has to pay.
    from imagecodecs import jpeg8_decode

    stream = read_jpeg_stream(src)
    stated = stream.rows, stream.columns, stream.components
    wanted = runner.rows, runner.columns, 1
    # Before it is decoded: a damaged size could ask for gigabytes.
    if stated != wanted or not 2 <= stream.precision <= runner.bits_allocated:
        raise ValueError(
            f"a JPEG of {' x '.join(map(str, stated))} samples of {stream.precision} bits, not of "
            f"{' x '.join(map(str, wanted))} of at most {runner.bits_allocated}"
        )
    words = np.asarray(jpeg8_decode(src))
    if stream.frame == LOSSLESS_FRAME:
        refuse_missing_bits(stream, words)
    return words.astype(f"<u{runner.bits_allocated // 8}").tobytes()
