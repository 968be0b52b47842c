"""Each decoder gives the pixels that the decoders before it gave, and damage is refused and never ends the process."""

import hashlib
import io
import logging
import struct
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1, RLELossless

from ct.lossless_jpeg import lossless_jpeg
from radiogene.ct.pixel_decoders import DECODERS, decoder_of
from radiogene.ct.series.dicom_pixels import JPEG_FAMILY

EARLIER = {
    "693_J2KI.dcm": "f249f833d5e3cbc3",
    "J2K_pixelrep_mismatch.dcm": "1296350a0006ef69",
    "JPEG2000.dcm": "0b1224a6dcd0dceb",
    "JPEGLSNearLossless_08.dcm": "9eb46aa86c342094",
    "JPEGLSNearLossless_16.dcm": "f929318278115ce9",
    "MR_small_RLE.dcm": "88617aaa46138fb1",
    "MR_small_jp2klossless.dcm": "88617aaa46138fb1",
    "MR_small_jpeg_ls_lossless.dcm": "88617aaa46138fb1",
    "rtdose_rle.dcm": "e30a4288ac229022",
}
"""First half of the SHA-256 of the pixels of pydicom's own files by pylibjpeg-libjpeg, -openjpeg and -rle."""

ROWS, COLUMNS = 37, 40


def image(bits: int, signed: bool, kind: str) -> np.ndarray:
    """(37, 40) smooth values with noise, or noise over the whole range."""
    rng = np.random.default_rng(0)
    low = -(1 << (bits - 1)) if signed else 0
    if kind == "noise":
        return rng.integers(low, low + (1 << bits), (ROWS, COLUMNS))
    row, column = np.mgrid[:ROWS, :COLUMNS]
    values = (np.sin(row / 9) + np.cos(column / 7)) * 300 + rng.normal(0, 20, row.shape) + (0 if signed else 1024)
    return np.clip(np.rint(values), low, low + (1 << bits) - 1).astype(np.int64)


def decoded(codestream: bytes, uid: str, bits: int, signed: bool, allocated: int = 16) -> np.ndarray:
    """The pixels of one frame as the scan's reader asks for them."""
    pixels, _ = get_decoder(UID(uid)).as_array(
        encapsulate([codestream]),
        raw=True,
        rows=ROWS,
        columns=COLUMNS,
        number_of_frames=1,
        samples_per_pixel=1,
        photometric_interpretation="MONOCHROME2",
        bits_allocated=allocated,
        bits_stored=bits,
        pixel_representation=int(signed),
        pixel_keyword="PixelData",
        decoding_plugin=decoder_of(uid),
    )
    return pixels


def stored_bits(pixels: np.ndarray, bits: int) -> np.ndarray:
    """The pixels without what a decoder put above the stored bits."""
    return pixels.astype(np.int64) % (1 << bits)


@pytest.fixture(autouse=True)
def _quiet():
    """pydicom logs every frame that cannot be decoded with its trace."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def test_every_compressed_syntax_of_a_ct_has_its_decoder():
    assert set(DECODERS) > JPEG_FAMILY
    assert decoder_of("1.2.840.10008.1.2.1") == "", "what is not compressed needs none"
    for uid, name in DECODERS.items():
        assert decoder_of(uid) == name
        assert name in get_decoder(UID(uid)).available_plugins


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", EARLIER)
def test_pixels_are_those_of_the_earlier_decoders(name):
    dataset = pydicom.dcmread(Path(pydicom.__file__).parent / "data" / "test_files" / name)
    uid = dataset.file_meta.TransferSyntaxUID
    pixels, _ = get_decoder(uid).as_array(dataset, raw=True, decoding_plugin=decoder_of(uid))
    assert hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()[:16] == EARLIER[name]


@pytest.mark.filterwarnings("ignore:The number of bytes of compressed:UserWarning")
@pytest.mark.parametrize("kind", ["smooth", "noise"])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("predictor", range(1, 8))
def test_lossless_jpeg_gives_what_was_encoded(predictor, bits, signed, kind):
    values = image(bits, signed, kind)
    uid = JPEGLosslessSV1 if predictor == 1 else JPEGLossless
    found = decoded(lossless_jpeg(values % (1 << bits), bits, predictor), uid, bits, signed)
    np.testing.assert_array_equal(stored_bits(found, bits), values % (1 << bits))
    assert found.dtype == (np.int16 if signed else np.uint16)


@pytest.mark.parametrize("rows_between", [1, 5, 12])
@pytest.mark.parametrize("predictor", [1, 4, 7])
def test_restarts_begin_anew(predictor, rows_between):
    values = image(12, False, "smooth")
    codestream = lossless_jpeg(values, 12, predictor, rows_between)
    np.testing.assert_array_equal(decoded(codestream, JPEGLossless, 12, False), values)


@pytest.mark.parametrize("predictor", [1, 6])
def test_another_encoders_codes_are_read(predictor):
    values = image(12, False, "smooth").astype(np.uint16)
    codestream = imagecodecs.jpeg8_encode(values, lossless=True, predictor=predictor, bitspersample=12)
    np.testing.assert_array_equal(decoded(codestream, JPEGLossless, 12, False), values)


@pytest.mark.parametrize("filling", [b"\0", b"\xff\0", b"\0\0\0"])
def test_a_writers_filling_is_no_damage(filling):
    values = image(12, False, "smooth")
    codestream = lossless_jpeg(values, 12)
    found = decoded(codestream[:-2] + filling + codestream[-2:], JPEGLosslessSV1, 12, False)
    np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda stream: stream[: len(stream) // 2] + b"\xff\xd9", "bits of pixels are missing"),
        (lambda stream: stream[:-6] + b"\xff\xd9", "bits of pixels are missing"),
        (lambda stream: stream[:-2] + b"\x55" * 6 + b"\xff\xd9", "bits are left over"),
        (lambda stream: stream[:-2], "no marker ends its scan"),
        (lambda stream: stream[:40], "cut short"),
        (lambda stream: stream[:2] + b"\0" + stream[2:], "no marker at byte 2"),
        (lambda stream: stream.replace(bytes([0, 37, 0, 40]), bytes([255, 255, 255, 255])), "of 65535 x 65535 x 1"),
        (lambda stream: stream.replace(b"\xff\xda", b"\xff\xdd\0\4\0\7\xff\xda"), "restart|within rows"),
    ],
    ids=["half", "last bytes", "more", "no end", "header", "no marker", "size", "restart"],
)
def test_damage_is_refused(damage, said):
    codestream = damage(lossless_jpeg(image(12, False, "smooth"), 12))
    with pytest.raises(RuntimeError, match=said):
        decoded(codestream, JPEGLosslessSV1, 12, False)


def test_no_damage_ends_the_process():
    """python-gdcm ends it, by a segmentation fault or an exception of C++, within some 40 of these streams."""
    whole, rng, refused = lossless_jpeg(image(12, False, "smooth"), 12), np.random.default_rng(0), 0
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(rng.integers(1, 4)):
            damaged[rng.integers(2, 80 if rng.random() < 0.8 else len(whole))] = rng.integers(256)
        try:
            decoded(bytes(damaged), JPEGLosslessSV1, 12, False)
        except RuntimeError:
            refused += 1
    assert refused > 250


@pytest.mark.parametrize("uid", [JPEGBaseline8Bit, JPEGExtended12Bit])
def test_jpeg_with_loss_of_eight_bits_is_as_by_pillow(uid):
    grey = image(8, False, "noise").astype(np.uint8)
    codestream = io.BytesIO()
    Image.fromarray(grey).save(codestream, "JPEG", quality=90)
    found = decoded(codestream.getvalue(), uid, 8, False, allocated=8)
    np.testing.assert_array_equal(found, np.asarray(Image.open(codestream)))


def rle(values: np.ndarray, segments: int = 2, change=lambda segment, number: segment) -> bytes:
    """A frame of 16-bit values in RLE, every byte written as it is or, where it repeats, as a run."""
    packed = []
    for number in range(segments):
        content = (values.astype(np.uint16) >> (8 * (1 - number)) & 255).astype(np.uint8).tobytes()
        pieces = [content[start : start + 128] for start in range(0, len(content), 128)]
        segment = b"".join(
            bytes([257 - len(piece), piece[0]])
            if len(set(piece)) == 1 and len(piece) > 1
            else bytes([len(piece) - 1]) + piece
            for piece in pieces
        )
        segment = change(segment, number)
        packed.append(segment + b"\x80" * (len(segment) % 2))
    starts = [64 + sum(map(len, packed[:number])) for number in range(segments)]
    return struct.pack("<16L", segments, *starts, *([0] * (15 - segments))) + b"".join(packed)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("kind", ["smooth", "noise"])
def test_rle_gives_what_was_encoded(kind, signed):
    values = image(16, signed, kind)
    found = decoded(rle(values % 2**16), RLELossless, 16, signed)
    np.testing.assert_array_equal(found, values)
    assert found.dtype == (np.int16 if signed else np.uint16)
    flat = np.full((ROWS, COLUMNS), 300)
    np.testing.assert_array_equal(decoded(rle(flat), RLELossless, 16, signed), flat)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (rle(image(12, False, "smooth"))[:500], "2 RLE segments at .* not 2 one after the other"),
        (
            rle(image(12, False, "smooth"), change=lambda segment, number: segment + b"\xff\0"),
            "holds 1482 bytes for 1480",
        ),
        (
            rle(image(12, False, "smooth"), change=lambda segment, number: segment[:-41]),
            "holds 14.. bytes for 1480|CORRUPT",
        ),
        (rle(image(12, False, "smooth"), segments=1), "1 RLE segments at .* not 2 one after the other"),
        (struct.pack("<16L", 2, 900, 64, *([0] * 13)) + bytes(2000), "2 RLE segments at .*900, 64"),
        (b"\2\0\0\0", "1 sample a pixel in 4 bytes of RLE"),
    ],
    ids=["cut", "longer", "shorter", "one segment", "order", "no header"],
)
def test_damaged_rle_is_refused(frame, said):
    with pytest.raises(RuntimeError, match=said):
        decoded(frame, RLELossless, 12, False)


def test_no_damaged_rle_ends_the_process():
    whole, rng, refused = rle(image(12, False, "noise")), np.random.default_rng(0), 0
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(rng.integers(1, 4)):
            damaged[rng.integers(0, 64 if rng.random() < 0.3 else len(whole))] = rng.integers(256)
        try:
            decoded(bytes(damaged), RLELossless, 12, False)
        except RuntimeError:
            refused += 1
    assert refused > 30
