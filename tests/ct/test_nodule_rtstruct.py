"""Structure sets: areas by hand, holes, several bodies, points, and one written by plastimatch."""

import shutil
import subprocess

import numpy as np
import pytest
import SimpleITK

from ct.nodule_objects import (
    GRIDS,
    Roi,
    anonymous,
    ball_on,
    centroid_of,
    ct_datasets,
    grid_of,
    rotation,
    saved,
    scan_on,
    structure_set,
)
from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.nodule.contours import even_odd_moments
from radiogene.ct.nodule.location import locate_nodule
from radiogene.ct.scan import Scan
from radiogene.errors import NoduleError

HEIGHTS_MM = (-187.0, -185.0, -183.0)


@pytest.fixture(scope="module")
def scan() -> Scan:
    return scan_on(grid_of("axial"))


def rectangle(x: float, y: float, width: float, height: float, z: float) -> np.ndarray:
    return np.array([[x, y, z], [x + width, y, z], [x + width, y + height, z], [x, y + height, z]])


def circle(centre: np.ndarray, radius: float, corners: int = 180) -> np.ndarray:
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    ring = np.stack([np.cos(angles), np.sin(angles), np.zeros(corners)], axis=1)
    return centre + radius * ring


def test_moments_of_figures_known_by_hand():
    square = np.array([[0, 0], [4, 0], [4, 4], [0, 4.0]])
    hole = np.array([[1, 1], [1, 2], [2, 2], [2, 1.0]])
    island = np.array([[1.25, 1.25], [1.75, 1.25], [1.75, 1.75], [1.25, 1.75]])
    for figure, area, first in (
        ([square], 16, [32, 32]),
        ([square[::-1]], 16, [32, 32]),
        ([square, hole], 15, [30.5, 30.5]),
        ([hole[::-1], square[::-1]], 15, [30.5, 30.5]),
        ([square, hole, island], 15.25, [30.875, 30.875]),
        # Two overlapping squares: the overlap of 2 x 4 cancels.
        ([square, square + np.array([2, 0])], 16, [2 * 4 * 1 + 2 * 4 * 5, 16 * 2]),
        # A figure of eight in one contour has two triangles, whatever their winding.
        ([np.array([[0, 0], [2, 2], [2, 0], [0, 2.0]])], 2, [2, 2]),
        ([square, square], 0, [0, 0]),
    ):
        moments = even_odd_moments(figure)
        assert moments.area_mm2 == pytest.approx(area, abs=1e-6)
        np.testing.assert_allclose(moments.first_uv_mm3, first, atol=1e-6)


def test_a_keyhole_counts_as_a_hole():
    keyhole = np.array([[0, 0], [4, 0], [4, 4], [0, 4], [0, 2], [1, 2], [2, 2], [2, 1], [1, 1], [1, 2], [0, 2.0]])
    assert even_odd_moments([keyhole]).area_mm2 == pytest.approx(15)


def test_the_centroid_is_weighted_by_area(scan, tmp_path):
    contours = [
        rectangle(-20, 24, 8, 6, HEIGHTS_MM[0]),
        rectangle(-20, 24, 4, 3, HEIGHTS_MM[1]),
    ]
    found = locate_nodule(saved(structure_set(scan, [Roi("GTV", contours)]), tmp_path / "rt.dcm"), scan)
    assert (found.kind, found.segment) == ("rtstruct", "1 (GTV)")
    expected = np.average([[-16, 27, -187], [-18, 25.5, -185]], axis=0, weights=[48, 12])
    np.testing.assert_allclose(found.centre_lps_mm, expected, atol=1e-6)
    assert found.volume_ml == pytest.approx(60 * 2 / 1000)
    np.testing.assert_allclose(found.extent_mm, [8, 6, 4], atol=1e-6)


def test_a_contour_inside_another_is_a_hole(scan, tmp_path):
    outer = [rectangle(-22, 22, 12, 10, z) for z in HEIGHTS_MM]
    inner = [rectangle(-21, 23, 4, 5, z)[::direction] for z, direction in zip(HEIGHTS_MM, (1, -1, 1), strict=True)]
    dataset = structure_set(scan, [Roi("GTV", [*inner, *outer])])
    found = locate_nodule(saved(dataset, tmp_path / "rt.dcm"), scan)
    expected = (120 * np.array([-16, 27]) - 20 * np.array([-19, 25.5])) / 100
    np.testing.assert_allclose(found.centre_lps_mm, [*expected, -185], atol=1e-6)
    assert found.volume_ml == pytest.approx(100 * 6 / 1000)


@pytest.mark.parametrize("name", GRIDS)
def test_a_sphere_of_circles_on_any_plane(name, tmp_path):
    scan = scan_on(grid_of(name))
    centre = scan.grid.to_lps_mm([20, 13, 9])
    directions, radius = scan.grid.directions_lps, 6.0
    offsets = np.arange(-6, 7) * scan.grid.spacing_mm[2] * 0.9
    contours = [
        centre + (circle(np.zeros(3), np.sqrt(radius**2 - z**2)) + np.array([0, 0, z])) @ directions.T
        for z in offsets
        if abs(z) < radius
    ]
    found = locate_nodule(saved(structure_set(scan, [Roi("GTV", contours)]), tmp_path / "rt.dcm"), scan)
    np.testing.assert_allclose(found.centre_lps_mm, centre, atol=1e-5)
    assert found.volume_ml == pytest.approx(4 / 3 * np.pi * radius**3 / 1000, rel=0.05)


def test_a_single_plane_is_as_deep_as_a_slice(scan, tmp_path):
    dataset = structure_set(scan, [Roi("GTV", [rectangle(-20, 24, 8, 6, -185)])])
    found = locate_nodule(saved(dataset, tmp_path / "rt.dcm"), scan)
    assert found.volume_ml == pytest.approx(48 * 2 / 1000)


def test_several_regions_are_listed_and_chosen(scan, tmp_path):
    body = Roi("External", [rectangle(-30, 18, 26, 24, z) for z in HEIGHTS_MM])
    tumour = Roi("GTV-1", [rectangle(-20, 24, 8, 6, z) for z in HEIGHTS_MM])
    path = saved(structure_set(scan, [body, tumour]), tmp_path / "rt.dcm")
    with pytest.raises(NoduleError, match=r"(?s)2 segments.*1 \(External\): 3\.74 ml.*2 \(GTV-1\): 0\.288 ml"):
        locate_nodule(path, scan)
    for wanted in ("2", "gtv-1", "GTV-1.1"):
        np.testing.assert_allclose(locate_nodule(path, scan, segment=wanted).centre_lps_mm, [-16, 27, -185], atol=1e-6)


def test_separate_bodies_are_listed_and_chosen(scan, tmp_path):
    large = [rectangle(-20, 24, 8, 6, z) for z in HEIGHTS_MM]
    beside = [rectangle(-8, 24, 3, 3, HEIGHTS_MM[0])]
    above = [rectangle(-20, 24, 4, 4, z) for z in (-173.0, -171.0)]
    path = saved(structure_set(scan, [Roi("GTV", [*beside, *above, *large])]), tmp_path / "rt.dcm")
    with pytest.raises(NoduleError, match=r"(?s)3 separate components.*1\.1: 0\.288 ml.*1\.2: 0\.064 ml.*1\.3: 0\.018"):
        locate_nodule(path, scan)
    np.testing.assert_allclose(locate_nodule(path, scan, segment="GTV.2").centre_lps_mm, [-18, 26, -172], atol=1e-6)


def test_one_slice_left_out_leaves_one_body_and_its_neighbours_reach_half_way(scan, tmp_path):
    contours = [rectangle(-20, 24, 8, 6, z) for z in (-189.0, -187.0, -183.0)]
    found = locate_nodule(saved(structure_set(scan, [Roi("GTV", contours)]), tmp_path / "rt.dcm"), scan)
    depths = [2.0, 3.0, 4.0]
    np.testing.assert_allclose(
        found.centre_lps_mm, [-16, 27, np.average([-189, -187, -183], weights=depths)], atol=1e-6
    )
    assert found.volume_ml == pytest.approx(8 * 6 * sum(depths) / 1000)
    assert "half the way to its neighbours, 2 to 4 mm" in found.decisions[-1]


def test_a_point_of_a_structure_set_is_a_point(scan, tmp_path):
    point = np.array([[-16.0, 27.0, -185.0]])
    found = locate_nodule(saved(structure_set(scan, [Roi("Seed", [point], "POINT")]), tmp_path / "rt.dcm"), scan)
    np.testing.assert_allclose(found.centre_lps_mm, point[0])
    assert (found.kind, found.extent_mm, found.volume_ml) == ("rtstruct", None, None)
    path = saved(structure_set(scan, [Roi("Seeds", [point, point + 2], "POINT")]), tmp_path / "two.dcm")
    with pytest.raises(NoduleError, match=r"(?s)2 separate components.*a point, centre"):
        locate_nodule(path, scan)
    np.testing.assert_allclose(locate_nodule(path, scan, segment=".2").centre_lps_mm, point[0] + 2)


def _patient(dataset):
    dataset.PatientID = "SECRET-77"


def _other_frame(dataset):
    dataset.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID = "1.2.3.4"
    dataset.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = "1.2.3.4"


def _no_frame_no_reference(dataset):
    del dataset.ReferencedFrameOfReferenceSequence
    del dataset.StructureSetROISequence[0].ReferencedFrameOfReferenceUID


def _no_regions(dataset):
    del dataset.StructureSetROISequence


def _no_contours(dataset):
    del dataset.ROIContourSequence


def _no_area(dataset):
    for contour in dataset.ROIContourSequence[0].ContourSequence:
        contour.ContourData = contour.ContourData[:3] * 4


def _open(dataset):
    for contour in dataset.ROIContourSequence[0].ContourSequence:
        contour.ContourGeometricType = "OPEN_PLANAR"


def _not_triples(dataset):
    dataset.ROIContourSequence[0].ContourSequence[0].ContourData = [1, 2, 3, 4]


def _two_roi_numbers(dataset):
    dataset.StructureSetROISequence[0]["ROINumber"].value = [1, 2]


def _two_referenced_numbers(dataset):
    dataset.ROIContourSequence[0]["ReferencedROINumber"].value = [1, 2]


def _not_flat(dataset):
    contour = dataset.ROIContourSequence[0].ContourSequence[0]
    contour.ContourData = [*contour.ContourData[:2], -180, *contour.ContourData[3:]]


def _not_parallel(dataset):
    contour = dataset.ROIContourSequence[0].ContourSequence[0]
    corners = np.reshape(np.asarray(contour.ContourData, float), (-1, 3))
    turned = (corners - corners.mean(axis=0)) @ rotation(0, 30).T + corners.mean(axis=0)
    contour.ContourData = [round(float(v), 6) for v in turned.ravel()]


def _outside(dataset):
    for contour in dataset.ROIContourSequence[0].ContourSequence:
        contour.ContourData = [float(value) + 300 for value in contour.ContourData]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_patient, "another patient"),
        (_other_frame, r"frame of reference 1\.2\.3\.4, the scan"),
        (_no_frame_no_reference, "no Frame of Reference UID"),
        (_no_regions, "without regions"),
        (_no_contours, "marks no nodule"),
        (_no_area, "marks no nodule"),
        (_open, "OPEN_PLANAR: CLOSED_PLANAR or POINT was expected"),
        (_not_triples, "4 numbers: triples were expected"),
        (_two_roi_numbers, "damaged value"),
        (_two_referenced_numbers, "damaged value"),
        (_not_flat, "not flat|not parallel"),
        (_not_parallel, "not parallel"),
        (_outside, "outside the scan"),
    ],
)
def test_what_cannot_be_trusted_is_refused(scan, spoil, words, tmp_path):
    dataset = structure_set(scan, [Roi("GTV", [rectangle(-20, 24, 8, 6, z) for z in HEIGHTS_MM])])
    spoil(dataset)
    with pytest.raises(NoduleError, match=words) as refusal:
        locate_nodule(saved(dataset, tmp_path / "rt.dcm"), scan)
    assert "SECRET" not in str(refusal.value)


def test_a_region_in_another_frame_cannot_be_chosen(scan, tmp_path):
    rois = [Roi(name, [rectangle(-20, 24, 8, 6, z) for z in HEIGHTS_MM]) for name in ("CT", "MR")]
    dataset = structure_set(scan, rois)
    dataset.StructureSetROISequence[1].ReferencedFrameOfReferenceUID = "1.2.3.4"
    path = saved(dataset, tmp_path / "rt.dcm")
    assert locate_nodule(path, scan, segment="CT").kind == "rtstruct"
    with pytest.raises(NoduleError, match=r"Region 2 \(MR\) .* frame of reference 1\.2\.3\.4"):
        locate_nodule(path, scan, segment="MR")


def test_without_its_frame_a_set_that_refers_to_the_scan_is_accepted(scan, tmp_path):
    dataset = structure_set(scan, [Roi("GTV", [rectangle(-20, 24, 8, 6, z) for z in HEIGHTS_MM])])
    del dataset.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID
    del dataset.StructureSetROISequence[0].ReferencedFrameOfReferenceUID
    found = locate_nodule(saved(dataset, tmp_path / "rt.dcm"), scan)
    assert any("accepted, as the segmentation refers to this scan" in decision for decision in found.decisions)


def test_a_scan_without_frame_of_reference_is_refused_with_the_remedy(scan, tmp_path):
    dataset = structure_set(scan, [Roi("GTV", [rectangle(-20, 24, 8, 6, -185)])])
    with pytest.raises(NoduleError, match="Give the DICOM series"):
        locate_nodule(saved(dataset, tmp_path / "rt.dcm"), anonymous(scan))


@pytest.mark.debian_tools
@pytest.mark.skipif(shutil.which("plastimatch") is None, reason="plastimatch is not on the PATH")
def test_contours_by_plastimatch_give_the_mask_they_were_made_from(tmp_path):
    grid = VoxelGrid(grid_of("axial").affine_lps_mm, (64, 60, 18))
    scan = scan_on(grid)
    mask = ball_on(grid, grid.to_lps_mm([30.3, 28.7, 8.6]), 9.0)
    image = SimpleITK.GetImageFromArray(mask.astype(np.uint8))
    image.SetOrigin(grid.affine_lps_mm[:3, 3].tolist())
    image.SetSpacing(grid.spacing_mm.tolist())
    SimpleITK.WriteImage(image, str(tmp_path / "mask.mha"))
    (tmp_path / "ct").mkdir()
    for index, slice_ in enumerate(ct_datasets(scan)):
        saved(slice_, tmp_path / "ct" / f"{index:03d}.dcm")
    command = ["plastimatch", "convert", "--input-ss-img", str(tmp_path / "mask.mha")]
    command += ["--referenced-ct", str(tmp_path / "ct"), "--output-dicom", str(tmp_path / "out")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = locate_nodule(str(tmp_path / "out"), scan)
    assert found.kind == "rtstruct"
    np.testing.assert_allclose(found.centre_lps_mm, centroid_of(grid, mask), atol=0.05)
    # Contours run through the centres of border voxels, so they enclose somewhat less.
    assert found.volume_ml == pytest.approx(mask.sum() * 0.8 * 0.8 * 2 / 1000, rel=0.12)
