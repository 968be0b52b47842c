"""Which series of a folder is taken, and what the user is told where it is not clear."""

from dataclasses import replace

import numpy as np
import pytest
from pydicom.uid import SecondaryCaptureImageStorage, generate_uid

from ct.dicom_writers import CORONAL, SyntheticSeries, rotated
from ct.scan_checks import assert_covers, assert_shows_ramp
from radiogene.ct.open_scan import list_series, open_scan
from radiogene.ct.scan import ScanOptions
from radiogene.errors import SeriesError

SMALL = SyntheticSeries(rows=6, columns=7, slices=16, slice_step_mm=4.0)


def variant(**changes):
    """Another series of the same patient."""
    return replace(SMALL, series_uid=generate_uid(), **changes)


def setting(**elements):
    """An edit that sets elements of every slice."""

    def edit(dataset, _):
        for keyword, value in elements.items():
            setattr(dataset, keyword, value)

    return edit


LOCALISER = variant(
    directions=CORONAL, slices=2, description="scout", edit=setting(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
)
PET = variant(description="PET", edit=setting(Modality="PT"))
CAPTURE = variant(description="dose report", edit=setting(SOPClassUID=SecondaryCaptureImageStorage))


def test_localisers_other_modalities_and_captures_do_not_count(tmp_path):
    ct = variant(description="thorax")
    for name, series in {"a": LOCALISER, "b": PET, "c": CAPTURE, "d": ct}.items():
        series.write(tmp_path / name)
    scan = open_scan(tmp_path, ScanOptions())
    assert scan.series_uid == ct.series_uid
    assert_covers(scan, ct)
    summaries = {summary.description: summary for summary in list_series(tmp_path)}
    assert summaries["thorax"].excluded is None
    assert summaries["thorax"].slices == 16
    assert summaries["thorax"].spacing_mm == pytest.approx((1.0, 1.0, 4.0))
    assert summaries["scout"].excluded == "localiser"
    assert summaries["PET"].excluded == "modality PT, not CT"
    assert summaries["dose report"].excluded == "Secondary Capture Image Storage, not a CT image"
    with pytest.raises(SeriesError, match="cannot be read as a CT: localiser"):
        open_scan(tmp_path, ScanOptions(series_uid=LOCALISER.series_uid))


def test_several_candidates_are_listed_and_one_can_be_named(tmp_path):
    soft, sharp = variant(description="soft"), variant(description="sharp", edit=setting(ConvolutionKernel="B70f"))
    soft.write(tmp_path / "1")
    sharp.write(tmp_path / "2")
    with pytest.raises(SeriesError) as refusal:
        open_scan(tmp_path, ScanOptions())
    message = str(refusal.value)
    assert "2 CT series; choose one with `series` UID" in message
    for part in (soft.series_uid, sharp.series_uid, '"soft"', "16 slices", "1.000 x 1.000 x 4.000 mm", "kernel B70f"):
        assert part in message
    assert "SYNTHETIC-1" not in message.replace(str(tmp_path), "")
    scan = open_scan(tmp_path, ScanOptions(series_uid=sharp.series_uid))
    assert scan.facts["kernel"] == "B70f"
    assert any(sharp.series_uid in decision for decision in scan.decisions)
    with pytest.raises(SeriesError, match=r"(?s)holds no series 1\.2\.3; `series` takes one of:.*soft"):
        open_scan(tmp_path, ScanOptions(series_uid="1.2.3"))


def test_short_series_is_taken_only_by_name(tmp_path):
    short = variant(slices=15)
    short.write(tmp_path)
    with pytest.raises(SeriesError, match=r"(?s)`series` UID takes one.*only 60\.0 mm long \(15 slices\).*64 mm"):
        open_scan(tmp_path, ScanOptions())
    scan = open_scan(tmp_path, ScanOptions(series_uid=short.series_uid))
    assert scan.grid.shape_ijk[2] == 15
    assert any("although only 60.0 mm long" in decision for decision in scan.decisions)


def test_short_series_beside_a_long_one_is_passed_over_and_said(tmp_path):
    long, short = variant(), variant(slices=5)
    long.write(tmp_path / "long")
    short.write(tmp_path / "short")
    scan = open_scan(tmp_path, ScanOptions())
    assert scan.series_uid == long.series_uid
    assert any(short.series_uid in decision and "20.0 mm" in decision for decision in scan.decisions)


def test_one_slice_of_a_series_points_to_its_folder(tmp_path):
    paths = SMALL.write(tmp_path)
    with pytest.raises(SeriesError, match="give the folder of the series"):
        open_scan(paths[3], ScanOptions())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"directions": rotated((0.0, 0.0, 10.0))}, id="orientation"),
        pytest.param({"rows": 8}, id="rows"),
        pytest.param({"between_rows_mm": 1.25}, id="spacing"),
        pytest.param({"frame_uid": generate_uid()}, id="frame of reference"),
        pytest.param({"patient_id": "SYNTHETIC-2"}, id="patient"),
        pytest.param({"acquisition": 2}, id="acquisition"),
        pytest.param({"edit": setting(TemporalPositionIdentifier=2)}, id="phase"),
        pytest.param({"edit": setting(ConvolutionKernel="B70f")}, id="kernel"),
        pytest.param({"acquisition": 2, "origin_lps_mm": (-20.0, -15.0, -38.0)}, id="interleaved acquisition"),
    ],
)
def test_one_series_uid_with_two_stacks_is_taken_apart(change, tmp_path):
    one, other = replace(SMALL, slices=17), replace(SMALL, **change)
    one.write(tmp_path / "one")
    other.write(tmp_path / "other")
    with pytest.raises(SeriesError, match=r"(?s)2 CT series.*#1.*#2"):
        open_scan(tmp_path, ScanOptions())
    with pytest.raises(SeriesError, match="holds 2 stacks"):
        open_scan(tmp_path, ScanOptions(series_uid=SMALL.series_uid))
    for number, series in ((1, one), (2, other)):
        scan = open_scan(tmp_path, ScanOptions(series_uid=f"{SMALL.series_uid}#{number}"))
        assert_covers(scan, series)
        assert_shows_ramp(scan, 0.03)


def test_consecutive_acquisitions_of_one_stack_stay_together(tmp_path):
    """Step-and-shoot scanners count an acquisition for every block of slices."""
    replace(SMALL, edit=lambda dataset, k: setattr(dataset, "AcquisitionNumber", 1 + k // 4)).write(tmp_path)
    assert open_scan(tmp_path, ScanOptions()).grid.shape_ijk[2] == 16


def test_scout_within_the_series_is_left_out(tmp_path):
    SMALL.write(tmp_path / "ct")
    replace(SMALL, directions=CORONAL, slices=2).write(tmp_path / "scout")
    scan = open_scan(tmp_path, ScanOptions())
    assert_covers(scan, SMALL)
    assert_covers(open_scan(tmp_path, ScanOptions(series_uid=SMALL.series_uid)), SMALL)


def test_original_goes_before_derived(tmp_path):
    original, derived = variant(), variant(edit=setting(ImageType=["DERIVED", "SECONDARY", "AXIAL"]))
    derived.write(tmp_path / "derived")
    assert open_scan(tmp_path, ScanOptions()).series_uid == derived.series_uid
    original.write(tmp_path / "original")
    scan = open_scan(tmp_path, ScanOptions())
    assert scan.series_uid == original.series_uid
    assert any("derived series passed over" in decision for decision in scan.decisions)


def test_projections_are_not_slices(tmp_path):
    variant(edit=setting(ImageType=["DERIVED", "SECONDARY", "AXIAL", "MIP"])).write(tmp_path)
    with pytest.raises(SeriesError, match=r"projection images \(MIP\)"):
        open_scan(tmp_path, ScanOptions())


def test_copies_of_files_are_dropped_and_said(tmp_path):
    paths = SMALL.write(tmp_path / "a")
    (tmp_path / "b").mkdir()
    for path in paths[:3]:
        (tmp_path / "b" / f"copy-of-{path.name}").write_bytes(path.read_bytes())
    scan = open_scan(tmp_path, ScanOptions())
    assert_covers(scan, SMALL)
    assert any(decision.startswith("3 copies of other files left out") for decision in scan.decisions)


def test_copy_with_other_pixels_is_refused(tmp_path):
    paths = SMALL.write(tmp_path)
    changed = bytearray(paths[4].read_bytes())
    changed[-2] ^= 1
    (tmp_path / "changed.dcm").write_bytes(changed)
    with pytest.raises(SeriesError, match=r"changed\.dcm and .*0004\.dcm have the same SOP Instance UID"):
        open_scan(tmp_path, ScanOptions())


def test_choice_does_not_depend_on_file_names(tmp_path):
    """The numbers of two stacks under one UID stay the same when the files are renamed."""
    one, other = replace(SMALL, acquisition=1), replace(SMALL, acquisition=2, slope=lambda _: 0.04)
    positions = []
    for first, second in ((one, other), (other, one)):
        folder = tmp_path / str(len(positions))
        replace(first, file_name=lambda k: f"a{k}").write(folder)
        replace(second, file_name=lambda k: f"b{k}").write(folder)
        positions.append(open_scan(folder, ScanOptions(series_uid=f"{SMALL.series_uid}#2")).read_volume())
    np.testing.assert_array_equal(*positions)


@pytest.mark.parametrize("content", ["empty", "text", "missing", "volume"])
def test_nothing_to_read_says_what_to_give(content, tmp_path):
    folder = tmp_path / "folder"
    if content != "missing":
        folder.mkdir()
    if content == "text":
        (folder / "notes.txt").write_text("nothing")
    if content == "volume":
        (folder / "ct.nrrd").write_bytes(b"NRRD0004\n")
    expected = "no such file or folder" if content == "missing" else r"holds no DICOM image.*\.nii"
    with pytest.raises(SeriesError, match=expected):
        open_scan(folder, ScanOptions())


def test_whole_archive_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("radiogene.ct.series.dicom_headers.LARGEST_FILE_COUNT", 10)
    SMALL.write(tmp_path)
    with pytest.raises(SeriesError, match="more than 10 files"):
        open_scan(tmp_path, ScanOptions())
