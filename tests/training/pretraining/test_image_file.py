"""Reading of one image: size, orientation, channels, and every way a file can be none."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from radiogene.training.pretraining.image_file import LARGEST_PIXELS, UnusableImageError, read_image

RED, BLUE = (255, 0, 0), (0, 0, 255)


def test_both_sides_are_scaled_and_the_whole_image_is_seen(tmp_path):
    wide = Image.new("RGB", (80, 20), RED)
    wide.paste(BLUE, (40, 0, 80, 20))
    wide.save(tmp_path / "wide.png")
    found = read_image(tmp_path / "wide.png", 16)
    assert (found.shape, found.dtype) == ((16, 16, 3), np.uint8)
    assert (found[:, :6] == RED).all()
    assert (found[:, 10:] == BLUE).all()


def test_a_photograph_taken_on_its_side_is_turned_upright(tmp_path):
    upright = Image.new("RGB", (20, 20), RED)
    upright.paste(BLUE, (0, 10, 20, 20))
    on_its_side = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    on_its_side.save(tmp_path / "side.png", exif=exif)
    found = read_image(tmp_path / "side.png", 20)
    assert (found == np.asarray(upright)).all()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK"])
def test_other_eight_bit_modes_become_three_channels(tmp_path, mode):
    name = "image.jpg" if mode == "CMYK" else "image.png"
    Image.new("RGB", (8, 8), (255, 255, 255)).convert(mode).save(tmp_path / name)
    assert (read_image(tmp_path / name, 4) > 250).all()


def test_the_content_decides_and_not_the_suffix(tmp_path):
    Image.new("RGB", (8, 8), RED).save(tmp_path / "a.gif")
    (tmp_path / "a.gif").rename(tmp_path / "a.jpg")
    assert (read_image(tmp_path / "a.jpg", 4) == RED).all()


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_header(side):
    """The beginning of a grey PNG that claims so many pixels."""
    size = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"\0" * 100))


@pytest.mark.parametrize("side", [9000, 12000, 60000])
def test_a_small_file_that_would_unpack_to_too_many_pixels_is_refused_by_its_header(tmp_path, side):
    (tmp_path / "bomb.png").write_bytes(png_header(side))
    with pytest.raises(UnusableImageError, match=f"{LARGEST_PIXELS}"):
        read_image(tmp_path / "bomb.png", 16)


def damaged(path, kind):
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8)).save(path, format=kind)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_a_truncated_file_is_damaged(tmp_path, kind):
    whole = damaged(tmp_path / "whole", kind)
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnusableImageError, match="damaged"):
        read_image(tmp_path / "cut", 16)


def outcome(path):
    try:
        return read_image(path, 16).shape
    except UnusableImageError as error:
        return str(error)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_spoiled_bytes_give_a_image_or_a_reason_and_nothing_else(tmp_path, kind):
    drawn = np.random.default_rng(1)
    whole = damaged(tmp_path / "whole", kind)
    for _ in range(40):
        spoiled = bytearray(whole)
        for place in drawn.integers(0, len(whole), 8):
            spoiled[place] = drawn.integers(256)
        (tmp_path / "spoiled").write_bytes(bytes(spoiled))
        found = outcome(tmp_path / "spoiled")
        assert found == (16, 16, 3) or (isinstance(found, str) and found)


@pytest.mark.parametrize("content", [b"", b"Thumbs", b"%PDF-1.7", b"II*\0" + b"\0" * 50])
def test_what_is_no_image_is_called_so(tmp_path, content):
    (tmp_path / "file.jpg").write_bytes(content)
    with pytest.raises(UnusableImageError, match="no image in JPEG, PNG"):
        read_image(tmp_path / "file.jpg", 16)


def test_more_than_eight_bits_are_refused_because_their_range_is_unknown(tmp_path):
    Image.fromarray(np.full((8, 8), 3000, dtype=np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(UnusableImageError, match="more than 8 bits"):
        read_image(tmp_path / "deep.png", 4)
