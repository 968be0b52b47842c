"""Stored values to HU: padding, overlays above the stored bits, and values below -1024."""

from dataclasses import replace

import numpy as np
import pytest
from pydicom.uid import ImplicitVRLittleEndian, RLELossless

from ct.dicom_writers import SyntheticSeries
from radiogene.ct.open_scan import open_scan
from radiogene.ct.scan import ScanOptions

SMALL = SyntheticSeries(rows=6, columns=7, slices=16, slice_step_mm=4.0, slope=lambda _: 1.0)


def with_corner(stored, padding, limit=None):
    """An edit that writes the word `stored` into the first pixel and states the padding."""

    def edit(dataset, _):
        words = np.frombuffer(dataset.PixelData, "<u2").copy()
        words[0] = np.uint16(stored % 65536)
        dataset.PixelData = words.tobytes()
        vr = "SS" if dataset.PixelRepresentation else "US"
        if padding is not None:
            dataset.add_new("PixelPaddingValue", vr, padding)
        if limit is not None:
            dataset.add_new("PixelPaddingRangeLimit", vr, limit)

    return edit


@pytest.mark.parametrize("syntax", [SMALL.transfer_syntax, ImplicitVRLittleEndian])
@pytest.mark.parametrize(
    ("stored", "padding", "limit", "expected_hu"),
    [
        (-2000, -2000, None, -1024.0),
        (900, 900, None, -1024.0),
        (905, 900, 910, -1024.0),
        (905, 910, 900, -1024.0),
        (911, 900, 910, 911.0),
        (-1500, None, None, -1024.0),
        (1500, -2000, None, 1500.0),
    ],
)
def test_padding_is_air(syntax, stored, padding, limit, expected_hu, tmp_path):
    replace(SMALL, transfer_syntax=syntax, edit=with_corner(stored, padding, limit)).write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions())
    volume_hu = scan.read_volume()
    assert (volume_hu[:, 0, 0] == expected_hu).all()
    assert (volume_hu[:, 1:, 1:] > -1024).all()
    tissue = padding == 900 or limit == 900
    assert any("padding" in decision for decision in scan.decisions) == tissue


def test_padding_above_the_stored_bits_is_still_padding(tmp_path):
    """A 12-bit scanner that writes -2000 as a 16-bit word."""
    twelve = replace(SMALL, signed=False, bits_stored=12, intercept=lambda _: -1024.0)
    replace(twelve, edit=with_corner(63536, 63536)).write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions())
    assert (scan.read_volume()[:, 0, 0] == -1024).all()
    assert not any("padding" in decision for decision in scan.decisions), "no tissue is taken for it"


@pytest.mark.parametrize("signed", [True, False])
def test_overlay_bits_are_shifted_out(signed, tmp_path):
    twelve = replace(SMALL, signed=signed, bits_stored=12, intercept=lambda _: 0.0 if signed else -1024.0)
    twelve.write(tmp_path / "plain")

    def overlay(dataset, _):
        words = np.frombuffer(dataset.PixelData, "<u2").copy()
        words[::3] |= 0x8000
        dataset.PixelData = words.tobytes()

    def high(dataset, _):
        dataset.PixelData = (np.frombuffer(dataset.PixelData, "<u2") << 4).tobytes()
        dataset.HighBit = 15

    replace(twelve, edit=overlay).write(tmp_path / "overlay")
    replace(twelve, edit=high).write(tmp_path / "high")
    plain, *others = (open_scan(tmp_path / name, ScanOptions()).read_volume() for name in ("plain", "overlay", "high"))
    for other in others:
        np.testing.assert_array_equal(other, plain)


def test_compressed_padding_is_air(tmp_path):
    def pad(dataset, _):
        dataset.add_new("PixelPaddingValue", "SS", -900)

    series = replace(SMALL, value_hu=lambda points: np.where(points[..., 0] < -18, -900.0, 10.0), edit=pad)
    replace(series, transfer_syntax=RLELossless).write(tmp_path)
    volume_hu = open_scan(tmp_path, ScanOptions()).read_volume()
    assert set(np.unique(volume_hu)) == {-1024.0, 10.0}
