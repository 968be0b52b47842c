"""Enhanced multi-frame CT gives the same scan as single-frame files."""

import numpy as np
import pytest
from highdicom.legacy import LegacyConvertedEnhancedCTImage
from pydicom import dcmread
from pydicom.uid import JPEG2000Lossless, RLELossless, generate_uid

from ct.dicom_writers import SyntheticSeries, rotated, write_enhanced
from ct.scan_checks import assert_covers, assert_shows_ramp
from radiogene.ct.open_scan import list_series, open_scan
from radiogene.ct.scan import ScanOptions
from radiogene.errors import GeometryError, SeriesError

SERIES = SyntheticSeries(
    directions=rotated((10.0, 20.0, -30.0)),
    rows=34,
    columns=36,
    slices=20,
    slice_step_mm=4.0,
    between_rows_mm=0.8,
    between_columns_mm=0.7,
    slope=lambda k: (0.05, 0.04)[k % 2],
    intercept=lambda k: 5.0 * (k % 3),
)
SHUFFLED = np.random.default_rng(2).permutation(20).tolist()


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "per frame"])
@pytest.mark.parametrize("as_file", [True, False], ids=["file", "folder"])
def test_frames_in_any_order_show_the_ramp(shared, as_file, tmp_path):
    path = write_enhanced(SERIES, tmp_path / "enhanced", order=SHUFFLED, shared_geometry=shared, shared_rescale=shared)
    scan = open_scan(path if as_file else tmp_path, ScanOptions())
    assert_covers(scan, SERIES)
    assert_shows_ramp(scan, 0.03)
    assert scan.facts["files"] == 1
    assert scan.facts["kernel"] == "SYN"
    assert scan.frame_of_reference_uid == SERIES.frame_uid
    np.testing.assert_array_equal(scan.read_slices(6, 9), scan.read_volume()[6:9])


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless], ids=lambda syntax: syntax.keyword)
def test_compressed_frames_are_equal(syntax, tmp_path):
    plain = write_enhanced(SERIES, tmp_path / "plain.dcm", order=SHUFFLED)
    dataset = dcmread(plain)
    dataset.compress(syntax, generate_instance_uid=False)
    dataset.save_as(tmp_path / "compressed.dcm")
    volumes = [open_scan(tmp_path / name, ScanOptions()).read_volume() for name in ("plain.dcm", "compressed.dcm")]
    np.testing.assert_array_equal(*volumes)


def test_object_written_by_highdicom_equals_its_slices(tmp_path):
    paths = SERIES.write(tmp_path / "single")
    converted = LegacyConvertedEnhancedCTImage(
        [dcmread(path) for path in paths],
        series_instance_uid=generate_uid(),
        series_number=2,
        sop_instance_uid=generate_uid(),
        instance_number=1,
    )
    (tmp_path / "multi").mkdir()
    converted.save_as(tmp_path / "multi" / "converted.dcm")
    single, multi = (open_scan(tmp_path / name, ScanOptions()) for name in ("single", "multi"))
    np.testing.assert_allclose(multi.grid.affine_lps_mm, single.grid.affine_lps_mm, atol=1e-6)
    np.testing.assert_array_equal(multi.read_volume(), single.read_volume())


def test_several_stacks_are_listed_and_can_be_named(tmp_path):
    path = write_enhanced(SERIES, tmp_path / "two", order=[*range(20), *range(20)])

    def second_stack(dataset):
        for frame in dataset.PerFrameFunctionalGroupsSequence[20:]:
            frame.FrameContentSequence[0].StackID = "2"

    with pytest.raises(GeometryError, match=r"(?s)20 pairs.*frame 1 and .* frame 21"):
        open_scan(path, ScanOptions())
    write_enhanced(SERIES, path, order=[*range(20), *range(20)], edit=second_stack)
    with pytest.raises(SeriesError, match=r"(?s)2 CT series.*#1.*#2"):
        open_scan(path, ScanOptions())
    assert [summary.slices for summary in list_series(path)] == [20, 20]
    assert_covers(open_scan(path, ScanOptions(series_uid=f"{SERIES.series_uid}#2")), SERIES)


def test_phases_are_told_apart(tmp_path):
    def phases(dataset):
        for number, frame in enumerate(dataset.PerFrameFunctionalGroupsSequence):
            frame.FrameContentSequence[0].TemporalPositionIndex = 1 + number // 20

    path = write_enhanced(SERIES, tmp_path / "phases", order=[*range(20), *range(20)], edit=phases)
    with pytest.raises(SeriesError, match="2 CT series"):
        open_scan(path, ScanOptions())


@pytest.mark.parametrize(
    ("keyword", "found"),
    [
        ("PlanePositionSequence", "without PlanePositionSequence"),
        ("PixelValueTransformationSequence", "no RescaleSlope"),
    ],
)
def test_frame_without_a_needed_group_is_refused(keyword, found, tmp_path):
    path = write_enhanced(
        SERIES,
        tmp_path / "broken.dcm",
        edit=lambda dataset: delattr(dataset.PerFrameFunctionalGroupsSequence[7], keyword),
    )
    with pytest.raises(SeriesError, match=rf"(?s)broken\.dcm.*{found}"):
        open_scan(path, ScanOptions())


def test_fewer_groups_than_frames_are_refused(tmp_path):
    path = write_enhanced(
        SERIES, tmp_path / "short.dcm", edit=lambda dataset: dataset.PerFrameFunctionalGroupsSequence.pop()
    )
    with pytest.raises(SeriesError, match="20 frames and has functional groups for 19"):
        open_scan(path, ScanOptions())


def test_gap_between_frames_is_named(tmp_path):
    path = write_enhanced(SERIES, tmp_path / "gap.dcm", order=[k for k in range(20) if k != 8])
    with pytest.raises(GeometryError, match=r"1 slice missing: .*frame 8 .*frame 9"):
        open_scan(path, ScanOptions())
