"""Series that must be refused, with the file and the remedy named."""

from dataclasses import replace

import numpy as np
import pytest

from ct.dicom_writers import SyntheticSeries, rotated
from radiogene.ct.open_scan import open_scan
from radiogene.ct.scan import ScanOptions
from radiogene.errors import GeometryError, RadiogeneError, SeriesError

SMALL = SyntheticSeries(rows=6, columns=7, slices=20, slice_step_mm=4.0)


pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR")  # the writer's, not the reader's


def edit_of(index, **elements):
    """An edit of one slice, or of all where `index` is None; a value of None deletes the element."""

    def edit(dataset, k):
        if index in (None, k):
            for keyword, value in elements.items():
                if value is None:
                    delattr(dataset, keyword)
                else:
                    setattr(dataset, keyword, value)

    return edit


@pytest.mark.parametrize(
    ("removed", "found"),
    [
        ([7], r"(?s)1 place; .*1 slice missing: 8\.000 mm between .*0006\.dcm .*0008\.dcm.*"),
        ([7, 8, 12], r"(?s)2 places.*2 slices missing: 12\.000 mm.*0006\.dcm.*0009\.dcm.*1 slice missing"),
    ],
)
def test_missing_slices_are_named(removed, found, tmp_path):
    paths = SMALL.write(tmp_path)
    for k in removed:
        paths[k].unlink()
    with pytest.raises(GeometryError, match=found) as refusal:
        open_scan(tmp_path, ScanOptions())
    assert "`allow_gaps`" in str(refusal.value)
    assert SMALL.series_uid in str(refusal.value)


@pytest.mark.parametrize(("share", "is_even"), [(0.005, True), (0.009, True), (0.012, False), (0.3, False)])
def test_one_percent_of_the_spacing_is_the_limit(share, is_even, tmp_path):
    depths = np.arange(20.0)
    depths[9] += share
    replace(SMALL, depths=depths).write(tmp_path)
    if is_even:
        assert open_scan(tmp_path, ScanOptions()).grid.spacing_mm[2] == pytest.approx(4.0)
        return
    with pytest.raises(GeometryError, match=r"(?s)uneven: .*0009\.dcm"):
        open_scan(tmp_path, ScanOptions())


def test_slowly_growing_spacing_is_refused(tmp_path):
    replace(SMALL, depths=np.arange(20.0) + 0.0002 * np.arange(20.0) ** 2).write(tmp_path)
    with pytest.raises(GeometryError, match=r"slice spacing drifts from 4\.0008 to 4\.0296 mm"):
        open_scan(tmp_path, ScanOptions())


@pytest.mark.parametrize("same", [True, False])
def test_two_images_at_one_place_are_named(same, tmp_path):
    SMALL.write(tmp_path / "a")
    again = replace(SMALL, slices=1, origin_lps_mm=tuple(SMALL.slice_positions()[5]))
    if not same:
        again = replace(again, value_hu=lambda points: np.full(points.shape[:2], 7.0))
    again.write(tmp_path / "b")
    pixels = "the same pixels" if same else "different pixels"
    with pytest.raises(GeometryError, match=rf"(?s)0005\.dcm and .*0000\.dcm at \(.*\) mm: {pixels}"):
        open_scan(tmp_path, ScanOptions())
    with pytest.raises(GeometryError, match="same position"):
        open_scan(tmp_path, ScanOptions(allow_gaps=True))


def test_sideways_drift_is_refused(tmp_path):
    def move(dataset, k):
        x, y, z = map(float, dataset.ImagePositionPatient)
        dataset.ImagePositionPatient = [x + (0.5 if k == 11 else 0.0), y, z]

    replace(SMALL, edit=move).write(tmp_path)
    with pytest.raises(GeometryError, match=r"0011\.dcm .* lies 0\.50 mm beside the line"):
        open_scan(tmp_path, ScanOptions())


@pytest.mark.parametrize(
    ("elements", "found"),
    [
        ({"ImagePositionPatient": None}, "has no ImagePositionPatient"),
        ({"ImagePositionPatient": ["nan", "0", "0"]}, "ImagePositionPatient"),
        ({"ImagePositionPatient": ["0", "0"]}, "expected 3 finite numbers"),
        ({"ImageOrientationPatient": None}, "has no ImageOrientationPatient"),
        ({"ImageOrientationPatient": ["2", "0", "0", "0", "1", "0"]}, "lengths 2.0000"),
        ({"ImageOrientationPatient": ["1", "0", "0", "0.6", "0.8", "0"]}, "product 0.6000"),
        ({"ImageOrientationPatient": ["inf", "0", "0", "0", "1", "0"]}, "ImageOrientationPatient"),
        ({"PixelSpacing": None}, "has no PixelSpacing"),
        ({"PixelSpacing": ["0", "1"]}, "expected above 0 mm"),
        ({"Rows": 50}, "bytes of pixels where its size needs"),
        ({"PixelData": None}, "truncated or has none"),
    ],
)
@pytest.mark.parametrize("index", [19, None], ids=["last slice", "all slices"])
def test_slice_that_cannot_be_placed_is_named(elements, found, index, tmp_path):
    replace(SMALL, edit=edit_of(index, **elements)).write(tmp_path)
    with pytest.raises(SeriesError, match=rf"(?s)0019\.dcm.*{found}"):
        open_scan(tmp_path, ScanOptions())


@pytest.mark.parametrize(
    ("elements", "found"),
    [
        ({"RescaleSlope": None}, "no RescaleSlope or RescaleIntercept"),
        ({"RescaleIntercept": None}, "no RescaleSlope or RescaleIntercept"),
        ({"RescaleSlope": "0"}, "RescaleSlope 0"),
        ({"RescaleType": "Z_EFF"}, "RescaleType Z_EFF, not HU"),
        ({"PhotometricInterpretation": "MONOCHROME1"}, "MONOCHROME1"),
        ({"PixelRepresentation": 0}, "cannot show air"),
        ({"BitsStored": 20}, "impossible"),
    ],
)
@pytest.mark.parametrize("named", [False, True])
def test_pixels_that_are_not_hu_are_refused(elements, found, named, tmp_path):
    replace(SMALL, edit=edit_of(3, **elements)).write(tmp_path)
    with pytest.raises(SeriesError, match=found) as refusal:
        open_scan(tmp_path, ScanOptions(series_uid=SMALL.series_uid if named else None))
    assert "original CT series" in str(refusal.value)


def test_eight_bits_are_refused(tmp_path):
    def to_bytes(dataset, _):
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
        dataset.PixelData = bytes(6 * 7)
        dataset["PixelData"].VR = "OB"

    replace(SMALL, edit=to_bytes).write(tmp_path)
    with pytest.raises(SeriesError, match="8-bit pixels, which cannot be HU"):
        open_scan(tmp_path, ScanOptions())


@pytest.mark.parametrize("kept_bytes", [0, 100, 380, 400, 420, 600, 700, 800])
def test_file_cut_in_its_header_is_named(kept_bytes, tmp_path):
    paths = SMALL.write(tmp_path)
    paths[-1].write_bytes(paths[-1].read_bytes()[:kept_bytes])
    with pytest.raises(SeriesError, match=r"(?s)1 file .*0019\.dcm"):
        open_scan(tmp_path, ScanOptions())


def test_garbage_never_escapes_as_another_error(tmp_path):
    """Files with random damage are read or refused, and a refusal is one of ours."""
    paths = replace(SMALL, slices=16).write(tmp_path)
    whole = paths[8].read_bytes()
    rng = np.random.default_rng(5)
    refused = 0
    for _ in range(150):
        damaged = np.frombuffer(whole, np.uint8).copy()
        places = rng.integers(132, len(damaged) - 90, size=3)
        damaged[places] = rng.integers(0, 256, size=3)
        paths[8].write_bytes(damaged.tobytes())
        try:
            open_scan(tmp_path, ScanOptions()).read_volume()
        except RadiogeneError:
            refused += 1
    assert refused > 20


def test_two_mixed_patients_are_two_series(tmp_path):
    SMALL.write(tmp_path / "a")
    replace(SMALL, patient_id="SYNTHETIC-2", directions=rotated((0.0, 0.0, 1.0))).write(tmp_path / "b")
    with pytest.raises(SeriesError, match="2 CT series"):
        open_scan(tmp_path, ScanOptions())
