"""Points in three frames, folders, and everything that is given as a nodule but marks none."""

from pathlib import Path

import numpy as np
import pytest

from ct.nodule_objects import CENTRE_IJK, ball_on, ct_datasets, epad_seg, grid_of, saved, scan_on, slicer_seg
from radiogene.ct.geometry import Frame
from radiogene.ct.nodule.location import locate_nodule
from radiogene.ct.scan import Scan
from radiogene.errors import NoduleError


@pytest.fixture(scope="module")
def scan() -> Scan:
    return scan_on(grid_of("axial"))


@pytest.fixture(scope="module")
def ball(scan: Scan) -> np.ndarray:
    return ball_on(scan.grid, scan.grid.to_lps_mm(CENTRE_IJK))


@pytest.mark.parametrize(
    "text", ["-15.25 27.9 -185", "-15.25,27.9,-185", " ( -15.25, 27.9,  -1.85e2 ) ", "-15.25\t27.9;-185"]
)
def test_a_point_is_read_however_it_is_separated(scan, text):
    found = locate_nodule(text, scan)
    np.testing.assert_allclose(found.centre_lps_mm, [-15.25, 27.9, -185])
    assert (found.kind, found.extent_mm, found.volume_ml, found.segment, found.body) == (
        "point",
        None,
        None,
        None,
        None,
    )
    assert found.decisions == ()


def test_a_file_named_by_a_number_is_a_file(scan, ball, tmp_path, monkeypatch):
    saved(epad_seg(scan, ball), tmp_path / "00000001")
    monkeypatch.chdir(tmp_path)
    assert locate_nodule("00000001", scan).kind == "dicom-seg"
    with pytest.raises(NoduleError, match="three finite numbers"):
        locate_nodule("00000002", scan)


@pytest.mark.parametrize(("text", "frame"), [("15.25 -27.9 -185", Frame.RAS), ("20 13 9", Frame.VOXEL)])
def test_a_point_in_another_frame_is_turned_into_lps(scan, text, frame):
    found = locate_nodule(text, scan, frame=frame)
    np.testing.assert_allclose(found.centre_lps_mm, [-15.25, 27.9, -185])
    assert found.decisions == (f"nodule given as {frame.value} {text}",)


def test_the_border_of_the_scan_is_inside_and_beyond_it_is_not(scan):
    assert locate_nodule("-0.5 -0.5 17.5", scan, frame=Frame.VOXEL).kind == "point"
    with pytest.raises(NoduleError, match="outside the scan"):
        locate_nodule("-0.51 0 0", scan, frame=Frame.VOXEL)


def test_a_point_outside_gets_the_bounds_and_a_hint(scan):
    bounds = r"the scan reaches x -31\.6 to -2\.0, y 17\.1 to 43\.5, z -204\.0 to -168\.0 mm"
    with pytest.raises(NoduleError, match=rf"\(15\.2, -27\.9, -185\.0\) mm LPS, {bounds}.*did you mean `frame` ras"):
        locate_nodule("15.25 -27.9 -185", scan)
    with pytest.raises(NoduleError, match=rf"{bounds}.*did you mean `frame` voxel"):
        locate_nodule("20 13 9", scan)
    with pytest.raises(NoduleError, match="did you mean `frame` lps"):
        locate_nodule("-15.25 27.9 -185", scan, frame=Frame.RAS)
    with pytest.raises(NoduleError, match="Give the point in LPS mm, or say its frame"):
        locate_nodule("900 900 900", scan)


@pytest.mark.parametrize(
    ("nodule", "words"),
    [
        ("", "No nodule was given"),
        ("  ,  ", "No nodule was given"),
        ("1 2", "three finite numbers x y z.*found 2"),
        ("1,5 2,5 3,5", "decimal point; found 6"),
        ("1 2 nan", "three finite numbers"),
        ("inf 2 3", "three finite numbers"),
        ("1 2 three", "neither a point of three numbers nor an existing file"),
        ("missing.dcm", "neither a point of three numbers nor an existing file"),
        ("x" * 5000, "neither a point"),
    ],
)
def test_what_is_neither_point_nor_path_is_refused(scan, nodule, words):
    with pytest.raises(NoduleError, match=words) as refusal:
        locate_nodule(nodule, scan)
    assert len(str(refusal.value)) < 400


def test_a_point_has_no_segments(scan):
    with pytest.raises(NoduleError, match="`segment` '2' chooses within a mask"):
        locate_nodule("-15.25 27.9 -185", scan, segment="2")


def test_a_folder_with_one_segmentation_among_other_files_is_enough(scan, ball, tmp_path):
    folder = tmp_path / "study"
    (folder / "deep" / "er").mkdir(parents=True)
    for index, image in enumerate(ct_datasets(scan)[:3]):
        saved(image, folder / f"{index}.dcm")
    (folder / "readme.txt").write_text("not DICOM")
    with pytest.raises(NoduleError, match="holds no DICOM SEG or RTSTRUCT"):
        locate_nodule(str(folder), scan)
    saved(slicer_seg(scan, ball), folder / "deep" / "er" / "1-1.dcm")
    found = locate_nodule(str(folder), scan)
    np.testing.assert_allclose(found.centre_lps_mm, scan.grid.to_lps_mm(CENTRE_IJK), atol=0.1)
    saved(epad_seg(scan, ball), folder / "second.dcm")
    with pytest.raises(NoduleError, match=r"holds 2 DICOM SEG or RTSTRUCT objects \(.*1-1\.dcm, second\.dcm\)"):
        locate_nodule(str(folder), scan)


def test_other_files_are_refused_by_what_they_are(scan, tmp_path):
    with pytest.raises(NoduleError, match=r"\(CT Image Storage\): a Segmentation or an RT Structure Set was expected"):
        locate_nodule(saved(ct_datasets(scan)[0], tmp_path / "ct.dcm"), scan)
    (tmp_path / "notes.txt").write_text("the nodule is in the upper lobe, near the hilum " * 50)
    with pytest.raises(NoduleError, match="neither DICOM nor a mask volume"):
        locate_nodule(str(tmp_path / "notes.txt"), scan)
    (tmp_path / "empty.dcm").touch()
    with pytest.raises(NoduleError, match="neither DICOM nor a mask volume"):
        locate_nodule(str(tmp_path / "empty.dcm"), scan)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.6, 0.9, 0.99])
def test_a_segmentation_cut_short_anywhere_is_refused(scan, ball, share, tmp_path):
    path = Path(saved(epad_seg(scan, ball), tmp_path / "seg.dcm"))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(NoduleError):
        locate_nodule(str(path), scan)
