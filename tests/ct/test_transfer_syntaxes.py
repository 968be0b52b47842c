"""Every transfer syntax gives the same pixels, whether pydicom or dcmtk wrote it."""

import shutil
import subprocess
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from pydicom.encaps import encapsulate, get_frame
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

from ct.dicom_writers import SyntheticSeries
from ct.lossless_jpeg import lossless_jpeg
from radiogene.ct.open_scan import open_scan
from radiogene.ct.scan import ScanOptions
from radiogene.errors import SeriesError

SHAPE = SyntheticSeries(rows=36, columns=40, slices=8, slice_step_mm=8.0)
SERIES = {
    "signed16": SHAPE,
    "unsigned12": replace(SHAPE, signed=False, bits_stored=12, slope=lambda _: 1.0, intercept=lambda _: -1024.0),
    "signed12": replace(SHAPE, bits_stored=12, slope=lambda _: 1.0),
}

PYDICOM_SYNTAXES = [
    ImplicitVRLittleEndian,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    RLELossless,
    JPEGLSLossless,
    JPEG2000Lossless,
]


class Rewriting(NamedTuple):
    """A program of dcmtk that rewrites a file without loss, and the transfer syntax that it gives."""

    command: tuple[str, ...]
    uid: str


DCMTK = {
    "implicit": Rewriting(("dcmconv", "+ti"), "1.2.840.10008.1.2"),
    "big endian": Rewriting(("dcmconv", "+tb"), "1.2.840.10008.1.2.2"),
    "deflated": Rewriting(("dcmconv", "+td"), "1.2.840.10008.1.2.1.99"),
    "RLE": Rewriting(("dcmcrle",), "1.2.840.10008.1.2.5"),
    "JPEG lossless SV1": Rewriting(("dcmcjpeg", "+e1"), "1.2.840.10008.1.2.4.70"),
    "JPEG lossless": Rewriting(("dcmcjpeg", "+el", "+sv", "6"), "1.2.840.10008.1.2.4.57"),
    "JPEG-LS": Rewriting(("dcmcjpls",), "1.2.840.10008.1.2.4.80"),
}


@pytest.fixture(scope="module")
def plain_hu(tmp_path_factory):
    """The HU of each series as read from explicit little endian."""
    volumes = {}
    for name, series in SERIES.items():
        folder = tmp_path_factory.mktemp(name)
        series.write(folder)
        volumes[name] = open_scan(folder, ScanOptions()).read_volume()
    return volumes


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("syntax", PYDICOM_SYNTAXES, ids=lambda syntax: syntax.keyword)
def test_syntaxes_written_by_pydicom_are_equal(syntax, name, plain_hu, tmp_path):
    replace(SERIES[name], transfer_syntax=syntax).write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions())
    np.testing.assert_array_equal(scan.read_volume(), plain_hu[name])
    assert scan.facts["transfer_syntax"] == syntax.name
    assert scan.decisions == ()


def write_lossless_jpeg(folder, series, predictor, edit=lambda codestream, k: codestream):
    """The series as lossless JPEG, which no library here writes as DICOM."""
    for k, position in enumerate(series.slice_positions()):
        dataset = series.dataset(k, position)
        stored = series.stored(k, position).astype(np.int64) % (1 << series.bits_stored)
        codestream = edit(lossless_jpeg(stored, series.bits_stored, predictor), k)
        dataset.file_meta.TransferSyntaxUID = JPEGLosslessSV1 if predictor == 1 else JPEGLossless
        dataset.PixelData = encapsulate([codestream])
        dataset["PixelData"].is_undefined_length = True
        dataset.save_as(folder / f"{k:04d}.dcm", enforce_file_format=True)


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("predictor", [1, 6])
def test_lossless_jpeg_is_equal(predictor, name, plain_hu, tmp_path):
    write_lossless_jpeg(tmp_path, SERIES[name], predictor)
    scan = open_scan(tmp_path, ScanOptions())
    np.testing.assert_array_equal(scan.read_volume(), plain_hu[name])
    assert scan.facts["transfer_syntax"] == (JPEGLosslessSV1 if predictor == 1 else JPEGLossless).name


def test_lossless_jpeg_that_lost_its_end_is_refused(tmp_path):
    """Every decoder at hand fills such a frame and reports success, as long as a marker stands at its end."""

    def cut(codestream, k):
        return codestream[: len(codestream) // 2] + b"\xff\xd9" if k == 5 else codestream

    write_lossless_jpeg(tmp_path, SHAPE, 1, cut)
    scan = open_scan(tmp_path, ScanOptions())
    assert scan.read_slices(0, 5).shape[0] == 5
    said = r"0005\.dcm: its pixels cannot be decoded .*bits of pixels are missing.* the file is corrupt"
    with pytest.raises(SeriesError, match=said):
        scan.read_slices(4, 8)


@pytest.mark.debian_tools
@pytest.mark.skipif(shutil.which("dcmconv") is None, reason="dcmtk is not installed")
@pytest.mark.parametrize("name", ["signed16", "unsigned12"])
@pytest.mark.parametrize("syntax", DCMTK)
def test_syntaxes_written_by_dcmtk_are_equal(syntax, name, plain_hu, tmp_path):
    converted = tmp_path / "converted"
    converted.mkdir()
    for path in SERIES[name].write(tmp_path / "plain"):
        subprocess.run([*DCMTK[syntax].command, path, converted / path.name], check=True)
    scan = open_scan(converted, ScanOptions())
    np.testing.assert_array_equal(scan.read_volume(), plain_hu[name])
    assert scan.facts["transfer_syntax"] == UID(DCMTK[syntax].uid).name


@pytest.mark.parametrize(
    ("syntax", "option"), [(JPEGLSNearLossless, {"jls_error": 2}), (JPEG2000, {"j2k_cr": [4]})], ids=["JPEG-LS", "J2K"]
)
def test_loss_is_accepted_and_said(syntax, option, plain_hu, tmp_path):
    series = SERIES["unsigned12"]
    for k, position in enumerate(series.slice_positions()):
        dataset = series.dataset(k, position)
        dataset.compress(syntax, series.stored(k, position), generate_instance_uid=False, **option)
        dataset.LossyImageCompression = "01"
        dataset.save_as(tmp_path / f"{k}.dcm")
    scan = open_scan(tmp_path, ScanOptions())
    assert any("8 slices were compressed with loss" in decision for decision in scan.decisions)
    np.testing.assert_allclose(scan.read_volume(), plain_hu["unsigned12"], atol=12.0)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless], ids=lambda syntax: syntax.keyword)
def test_cut_codestream_in_a_whole_file_is_found_when_read(syntax, tmp_path):
    def cut(dataset, k):
        if k == 5:
            whole = get_frame(dataset.PixelData, 0, number_of_frames=1)
            dataset.PixelData = encapsulate([whole[: len(whole) // 4 * 2]])

    replace(SHAPE, transfer_syntax=syntax, edit=cut).write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions())
    assert scan.read_slices(0, 5).shape[0] == 5
    with pytest.raises(SeriesError, match=r"0005\.dcm: its pixels cannot be decoded .* corrupt"):
        scan.read_slices(4, 8)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, DeflatedExplicitVRLittleEndian])
def test_truncated_file_is_named(syntax, tmp_path):
    paths = SyntheticSeries(transfer_syntax=syntax).write(tmp_path)
    paths[-1].write_bytes(paths[-1].read_bytes()[:-60])
    with pytest.raises(SeriesError, match=r"(?s)restore.*0039\.dcm"):
        open_scan(tmp_path, ScanOptions())


def test_file_truncated_after_opening_is_named(tmp_path):
    paths = SyntheticSeries().write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions())
    paths[5].write_bytes(paths[5].read_bytes()[:-100])
    paths[8].unlink()
    with pytest.raises(SeriesError, match=r"0005\.dcm: its pixels cannot be decoded"):
        scan.read_slices(0, 8)
    with pytest.raises(SeriesError, match=r"0008\.dcm: cannot be read"):
        scan.read_slices(8, 9)


def test_a_run_that_leaves_its_frame_is_refused(tmp_path):
    """A decoder in C or Rust may end the whole process over it, and with it a batch."""

    def spoil(dataset, k):
        if k == 5:
            whole = get_frame(dataset.PixelData, 0, number_of_frames=1)
            longest_run = bytes([129, 0])
            dataset.PixelData = encapsulate([whole[:64] + longest_run * ((len(whole) - 64) // 2)])

    replace(SHAPE, transfer_syntax=RLELossless, edit=spoil).write(tmp_path)
    scan = open_scan(tmp_path, ScanOptions())
    with pytest.raises(SeriesError, match=r"0005\.dcm: its pixels cannot be decoded .* the file is corrupt"):
        scan.read_slices(4, 8)
