"""Markings that repeat, cross or contradict their scan, and files of masks that lie about their size."""

import gzip

import nibabel
import numpy as np
import pytest
import SimpleITK
from pydicom.dataelem import DataElement

from ct.nodule_objects import Roi, ball_on, saved, scan_on, slicer_seg, structure_set
from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.nodule.location import locate_nodule
from radiogene.errors import NoduleError

CENTRE = np.array([-16.0, 30.0, -180.0])
RADIUS = 9.0


@pytest.fixture
def scan():
    """A scan of 1 mm slices."""
    affine = np.diag([1.0, 1.0, 1.0, 1.0])
    affine[:3, 3] = (-50.0, -5.0, -215.0)
    return scan_on(VoxelGrid(affine, (80, 80, 70)))


def circle(z, radius=RADIUS, aside=0.0, corners=64):
    """The ball's contour at a height."""
    squared = radius**2 - (z - CENTRE[2]) ** 2
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    x, y = np.sqrt(squared) * np.cos(angles), np.sqrt(squared) * np.sin(angles)
    return np.stack([CENTRE[0] + aside + x, CENTRE[1] + y, np.full(corners, z)], axis=1)


def located(scan, contours, tmp_path, kind="CLOSED_PLANAR"):
    return locate_nodule(saved(structure_set(scan, [Roi("GTV", contours, kind)]), tmp_path / "rt.dcm"), scan)


EVEN = np.arange(-188.0, -171.0, 2.0)


@pytest.mark.parametrize("repeated", [4, len(EVEN)])
def test_repeated_contours_count_once(scan, tmp_path, repeated):
    contours = [circle(z) for z in EVEN]
    once = located(scan, contours, tmp_path)
    again = [np.roll(contour[::-1], 5, axis=0) for contour in contours[:repeated]]
    found = located(scan, contours + again, tmp_path)
    np.testing.assert_allclose(found.centre_lps_mm, CENTRE, atol=1e-3)
    assert found.volume_ml == once.volume_ml == pytest.approx(3.05, abs=0.05)
    assert f"{repeated} contours left out that repeat another of the same plane" in found.decisions


def test_contours_that_cross_are_joined(scan, tmp_path):
    square = np.array([[0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0]], dtype=float) + CENTRE
    other = square + np.array([5, 0, 0])
    inner = (square - square.mean(axis=0)) * 0.2 + square.mean(axis=0) - [2.5, 0, 0]
    found = located(scan, [square, other, inner], tmp_path)
    # 15 x 10 mm without the hole of 2 x 2 mm, one plane as deep as a slice.
    assert found.volume_ml == pytest.approx((150 - 4) / 1000)
    assert "contours that cross were joined on 1 plane" in found.decisions
    points = CENTRE + np.array([[2.0, 2, 0], [7, 2, 0], [12, 2, 0], [2.5, 5, 0], [16, 2, 0]])
    np.testing.assert_array_equal(found.body.contains(points), [True, True, True, False, False])
    by_xor = located(scan, [square, other], tmp_path, "CLOSEDPLANAR_XOR")
    assert by_xor.volume_ml == pytest.approx(100 / 1000)


@pytest.mark.parametrize(
    "planes",
    [
        [-188, -186, -184, -182, -180, *range(-179, -171)],
        [-188, -185, -182, -179, -178, -175, -172],
        sorted([*EVEN, -179.9]),
    ],
)
def test_uneven_planes_are_as_deep_as_half_the_way_to_their_neighbours(scan, tmp_path, planes):
    found = located(scan, [circle(float(z)) for z in planes], tmp_path)
    np.testing.assert_allclose(found.centre_lps_mm, CENTRE, atol=0.05)
    assert found.volume_ml == pytest.approx(4 / 3 * np.pi * RADIUS**3 / 1000, rel=0.02)
    assert any("half the way to its neighbours" in said for said in found.decisions)
    assert found.body.contains(CENTRE + np.stack([np.zeros(16), np.zeros(16), np.linspace(-7, 7, 16)], axis=1)).all()


def test_a_contour_of_more_than_64_kb_is_read(scan, tmp_path):
    long = structure_set(scan, [Roi("BODY", [circle(z, corners=3000) for z in EVEN])])
    for item in long.ROIContourSequence[0].ContourSequence:
        text = "\\".join(f"{float(number):.9f}" for number in item.ContourData)
        item["ContourData"] = DataElement(0x30060050, "UN", text.encode() + b" " * (len(text) % 2))
    found = locate_nodule(saved(long, tmp_path / "rt.dcm"), scan)
    np.testing.assert_allclose(found.centre_lps_mm, CENTRE, atol=1e-3)


def test_a_segmentation_of_half_the_scans_spacing_is_refused(scan, tmp_path):
    grid = scan.grid
    mask = ball_on(grid, CENTRE)
    whole = slicer_seg(scan, mask)
    np.testing.assert_allclose(locate_nodule(saved(whole, tmp_path / "good.dcm"), scan).centre_lps_mm, CENTRE, atol=0.6)
    whole.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing = [0.5, 0.5]
    with pytest.raises(NoduleError, match=r"its position and pixel spacing put a corner \d+ mm from the slice's"):
        locate_nodule(saved(whole, tmp_path / "half.dcm"), scan)


def mask_image(scan, mask):
    image = SimpleITK.GetImageFromArray(mask.astype(np.uint8))
    image.SetSpacing(scan.grid.spacing_mm.tolist())
    image.SetOrigin(scan.grid.affine_lps_mm[:3, 3].tolist())
    return image


@pytest.mark.parametrize("lost", ["everything", "origin", "spacing"])
@pytest.mark.parametrize("suffix", ["nrrd", "nii.gz", "mha"])
def test_a_mask_that_lost_its_place_is_refused(scan, tmp_path, lost, suffix):
    image = mask_image(scan, ball_on(scan.grid, CENTRE))
    SimpleITK.WriteImage(image, tmp_path / f"good.{suffix}")
    np.testing.assert_allclose(locate_nodule(tmp_path / f"good.{suffix}", scan).centre_lps_mm, CENTRE, atol=1e-4)
    if lost in ("everything", "origin"):
        image.SetOrigin((0.0, 0.0, 0.0))
    if lost in ("everything", "spacing"):
        image.SetSpacing((0.7, 0.7, 0.5) if lost == "spacing" else (1.0, 1.0, 1.0))
    SimpleITK.WriteImage(image, tmp_path / f"lost.{suffix}")
    with pytest.raises(NoduleError, match="saved without the place of the scan"):
        locate_nodule(tmp_path / f"lost.{suffix}", scan)


def test_labels_that_a_stored_slope_made_of_whole_numbers_are_whole(scan, tmp_path):
    mask = ball_on(scan.grid, CENTRE)
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ scan.grid.affine_lps_mm
    for name, stored, slope in (("of255", 255, 1 / 255), ("of1", 1, 1 / 255), ("of3", 3, 1 / 3)):
        path = tmp_path / f"{name}.nii"
        nibabel.save(nibabel.Nifti1Image((mask.T * stored).astype(np.uint8), affine), path)
        content = bytearray(path.read_bytes())
        content[112:120] = np.array([slope, 0], "<f4").tobytes()
        path.write_bytes(content)
        np.testing.assert_allclose(locate_nodule(path, scan).centre_lps_mm, CENTRE, atol=1e-4)


@pytest.mark.parametrize("name", ["mask.mha", "mask.mhd", "mask.nrrd", "mask.nii.gz"])
@pytest.mark.parametrize("share", [0.5, 0.6, 0.7, 0.8])
def test_a_damaged_byte_of_a_compressed_mask_is_refused(scan, tmp_path, name, share):
    SimpleITK.WriteImage(mask_image(scan, ball_on(scan.grid, CENTRE)), tmp_path / name, useCompression=True)
    held = tmp_path / name.replace(".mhd", ".zraw")
    content = bytearray(held.read_bytes())
    content[int(len(content) * share)] ^= 0xFF
    held.write_bytes(content)
    with pytest.raises(NoduleError, match=r"damaged|corrupt|Error|invalid|CRC|cannot be read"):
        locate_nodule(tmp_path / name, scan)


@pytest.mark.parametrize("name", ["mask.mha", "mask.mhd", "mask.nrrd", "mask.nii"])
@pytest.mark.parametrize("change", [-6400, 6400])
def test_a_mask_of_more_or_fewer_voxels_than_stated_is_refused(scan, tmp_path, name, change):
    SimpleITK.WriteImage(mask_image(scan, ball_on(scan.grid, CENTRE)), tmp_path / name)
    held = tmp_path / name.replace(".mhd", ".raw")
    if name == "mask.nrrd":
        held.write_bytes(held.read_bytes().replace(b"encoding: gzip", b"encoding: raw"))
    content = held.read_bytes()
    held.write_bytes(content[:change] if change < 0 else content + bytes(change))
    with pytest.raises(NoduleError, match=r"states|truncated|of pixels are there"):
        locate_nodule(tmp_path / name, scan)


def test_slices_that_no_file_holds_are_refused(scan, tmp_path):
    SimpleITK.WriteImage(mask_image(scan, ball_on(scan.grid, CENTRE)), tmp_path / "mask.mhd")
    header = (tmp_path / "mask.mhd").read_text()
    (tmp_path / "mask.mhd").write_text(header.replace("mask.raw", "slice%03d.raw 1 70 1"))
    with pytest.raises(NoduleError, match="in several files"):
        locate_nodule(tmp_path / "mask.mhd", scan)
    (tmp_path / "mask.mhd").write_text(header.replace("mask.raw", "gone.raw"))
    with pytest.raises(NoduleError, match=r"gone\.raw, which .* names, cannot be read: No such file"):
        locate_nodule(tmp_path / "mask.mhd", scan)


def test_a_mask_of_two_gzip_parts_is_still_read(scan, tmp_path):
    SimpleITK.WriteImage(mask_image(scan, ball_on(scan.grid, CENTRE)), tmp_path / "mask.nii")
    content = (tmp_path / "mask.nii").read_bytes()
    (tmp_path / "mask.nii.gz").write_bytes(gzip.compress(content[:5000]) + gzip.compress(content[5000:]))
    np.testing.assert_allclose(locate_nodule(tmp_path / "mask.nii.gz", scan).centre_lps_mm, CENTRE, atol=1e-4)
