"""Masks in volume files: placed by geometry in every orientation, and refused where they are no masks."""

import gzip
import os
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK

from ct.nodule_objects import GRIDS, anonymous, ball_on, centroid_of, grid_of, scan_on
from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.nodule.location import locate_nodule
from radiogene.ct.open_scan import open_scan
from radiogene.ct.scan import Scan, ScanOptions
from radiogene.errors import NoduleError

REAL_DATA = Path(os.environ.get("RADIOGENE_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
LUNG1 = REAL_DATA / "ct_volumes"

CENTRE_LPS_MM = np.array([-16.0, 28.0, -186.0])


@pytest.fixture(scope="module")
def scan() -> Scan:
    return anonymous(scan_on(grid_of("axial")))


def image_of(grid: VoxelGrid, labels_kji: np.ndarray) -> SimpleITK.Image:
    image = SimpleITK.GetImageFromArray(labels_kji)
    image.SetOrigin(grid.affine_lps_mm[:3, 3].tolist())
    image.SetSpacing(grid.spacing_mm.tolist())
    image.SetDirection(grid.directions_lps.ravel().tolist())
    return image


def written(grid: VoxelGrid, labels_kji: np.ndarray, path: Path) -> str:
    SimpleITK.WriteImage(image_of(grid, labels_kji), str(path))
    return str(path)


def around_nodule(name: str, spacing_mm: tuple[float, float, float]) -> VoxelGrid:
    """A grid of another orientation and spacing with the nodule near its middle."""
    affine = np.eye(4)
    affine[:3, :3] = GRIDS[name][0] * spacing_mm
    shape = (41, 37, 31)
    affine[:3, 3] = CENTRE_LPS_MM - affine[:3, :3] @ (np.array(shape) / 2)
    return VoxelGrid(affine, shape)


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha", ".mhd", ".nii", ".nhdr"])
def test_a_mask_on_another_grid_is_placed_by_geometry(scan, name, suffix, tmp_path):
    grid = around_nodule(name, (0.5, 0.6, 0.7))
    mask = ball_on(grid, CENTRE_LPS_MM, 5.0)
    found = locate_nodule(written(grid, mask.astype(np.uint8), tmp_path / f"mask{suffix}"), scan)
    assert found.kind == "mask"
    assert found.segment == "1"
    np.testing.assert_allclose(found.centre_lps_mm, centroid_of(grid, mask), atol=1e-3)
    np.testing.assert_allclose(found.centre_lps_mm, CENTRE_LPS_MM, atol=0.05)
    assert found.volume_ml == pytest.approx(mask.sum() * 0.5 * 0.6 * 0.7 / 1000, rel=1e-5)
    np.testing.assert_allclose(centroid_of(found.body.grid, found.body.mask_kji), found.centre_lps_mm, atol=1e-6)


def test_a_left_handed_sheared_nifti_is_placed_by_its_sform(scan, tmp_path):
    affine_ras = np.array([[-0.8, 0, 0, 30], [0, -0.8, 0.2, -20], [0, 0, -2, -170], [0, 0, 0, 1.0]])
    mask = np.zeros((40, 36, 20), np.uint8)
    mask[15:19, 11:14, 6:9] = 1
    image = nibabel.Nifti1Image(mask, affine_ras)
    image.set_qform(None, code=0)
    nibabel.save(image, tmp_path / "mask.nii.gz")
    found = locate_nodule(str(tmp_path / "mask.nii.gz"), scan)
    expected_ras = (affine_ras @ [16.5, 12, 7, 1])[:3]
    np.testing.assert_allclose(found.centre_lps_mm, expected_ras * [-1, -1, 1], atol=1e-4)
    assert found.volume_ml == pytest.approx(36 * 0.8 * 0.8 * 2 / 1000, rel=1e-5)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int16, np.uint32, np.int64, np.float32, np.float64])
def test_every_number_type_of_whole_numbers_is_read(scan, kind, tmp_path):
    grid = around_nodule("axial", (1, 1, 1))
    mask = ball_on(grid, CENTRE_LPS_MM, 5.0)
    for name in ("mask.nrrd", "mask.nii"):
        found = locate_nodule(written(grid, (mask * 3).astype(kind), tmp_path / name), scan)
        np.testing.assert_allclose(found.centre_lps_mm, centroid_of(grid, mask), atol=1e-3)
        assert found.segment == "3"


def test_labels_and_components_are_chosen(scan, tmp_path):
    grid = scan.grid
    large, small = ball_on(grid, grid.to_lps_mm([27, 15, 11]), 5), ball_on(grid, grid.to_lps_mm([8, 8, 4]), 3)
    labels = large.astype(np.uint8) * 4 + small * 4
    labels[16, 30, 30] = 7
    image = image_of(grid, labels)
    image.SetMetaData("Segment0_LabelValue", "4")
    image.SetMetaData("Segment0_Name", "Tumour")
    path = str(tmp_path / "mask.seg.nrrd")
    SimpleITK.WriteImage(image, path)
    with pytest.raises(NoduleError, match=r"(?s)2 segments.*\n  4 \(Tumour\): .* ml, centre .*\n  7: 0\.00128 ml"):
        locate_nodule(path, scan)
    with pytest.raises(NoduleError, match="2 separate components"):
        locate_nodule(path, scan, segment="tumour")
    found = locate_nodule(path, scan, segment="Tumour.2")
    np.testing.assert_allclose(found.centre_lps_mm, centroid_of(grid, small), atol=1e-9)
    assert found.segment == "4.2 (Tumour)"


def _image(labels):
    labels[:] = np.arange(labels.size).reshape(labels.shape) % 1000
    return labels


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda labels: labels * 0, "marks no nodule: all its voxels are 0"),
        (lambda labels: labels * np.float32(0.4), r"fractions such as 0\.4.*threshold"),
        (lambda labels: np.where(labels > 0, np.nan, 0).astype(np.float32), "fractions such as nan"),
        (lambda labels: _image(labels.astype(np.int16)), "more than 64 distinct values"),
        (lambda labels: labels.astype(np.int16) - 1000, "negative values"),
    ],
)
@pytest.mark.parametrize("suffix", [".nrrd", ".nii.gz"])
def test_what_is_no_mask_is_refused(scan, change, words, suffix, tmp_path):
    grid = around_nodule("axial", (1, 1, 1))
    labels = change(ball_on(grid, CENTRE_LPS_MM, 5.0).astype(np.uint8))
    with pytest.raises(NoduleError, match=words):
        locate_nodule(written(grid, labels, tmp_path / f"mask{suffix}"), scan)


def test_a_mask_elsewhere_is_refused(scan, tmp_path):
    grid = VoxelGrid(np.diag([1, 1, 1, 1.0]), (40, 40, 40))
    path = written(grid, ball_on(grid, [20, 20, 20], 5).astype(np.uint8), tmp_path / "mask.nii")
    with pytest.raises(NoduleError, match=r"outside the scan .*\(20\.0, 20\.0, 20\.0\).*Is this the series"):
        locate_nodule(path, scan)


def test_geometry_that_is_missing_or_told_twice_is_refused(scan, tmp_path):
    mask = np.zeros((40, 36, 20), np.uint8)
    mask[15:19, 11:14, 6:9] = 1
    image = nibabel.Nifti1Image(mask, np.diag([1, 1, 1, 1.0]))
    image.set_sform(None, code=0)
    image.set_qform(None, code=0)
    nibabel.save(image, tmp_path / "nowhere.nii")
    with pytest.raises(NoduleError, match="does not say where the volume lies"):
        locate_nodule(str(tmp_path / "nowhere.nii"), scan)
    image.set_sform(np.diag([1, 1, 1, 1.0]), code=1)
    image.set_qform(np.diag([-1, 1, 1, 1.0]), code=1)
    nibabel.save(image, tmp_path / "twice.nii")
    with pytest.raises(NoduleError, match="sform and qform"):
        locate_nodule(str(tmp_path / "twice.nii"), scan)
    header = b"NRRD0004\ntype: uint8\ndimension: 3\nsizes: 4 4 4\nspacings: 1 1 1\nencoding: raw\n\n"
    (tmp_path / "bare.nrrd").write_bytes(header + bytes(64))
    with pytest.raises(NoduleError, match="NRRD space"):
        locate_nodule(str(tmp_path / "bare.nrrd"), scan)


@pytest.mark.parametrize("suffix", [".nrrd", ".nii", ".nii.gz", ".mha"])
def test_a_file_cut_short_is_refused(scan, suffix, tmp_path):
    grid = around_nodule("axial", (1, 1, 1))
    rng = np.random.default_rng(3)
    path = Path(written(grid, rng.integers(0, 2, grid.shape_ijk[::-1], np.uint8), tmp_path / f"mask{suffix}"))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(NoduleError, match=path.name):
        locate_nodule(str(path), scan)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(NoduleError, match=path.name):
        locate_nodule(str(path), scan)


def test_an_absurd_size_is_refused_before_it_is_read(scan, tmp_path):
    grid = around_nodule("axial", (1, 1, 1))
    path = Path(written(grid, np.ones(grid.shape_ijk[::-1], np.uint8), tmp_path / "mask.nii"))
    content = bytearray(path.read_bytes())
    content[42:48] = np.array([32000, 32000, 32000], "<i2").tobytes()
    path.write_bytes(content)
    with pytest.raises(NoduleError, match="The header is damaged"):
        locate_nodule(str(path), scan)


def test_a_mask_whose_scaling_is_left_open_is_read(scan, tmp_path):
    grid = around_nodule("axial", (1, 1, 1))
    path = Path(written(grid, ball_on(grid, CENTRE_LPS_MM, 5.0).astype(np.uint8), tmp_path / "mask.nii"))
    content = bytearray(path.read_bytes())
    content[112:120] = np.array([np.nan, np.nan], "<f4").tobytes()
    path.write_bytes(content)
    assert locate_nodule(str(path), scan).segment == "1"


def test_a_fourth_dimension_of_several_is_refused(scan, tmp_path):
    image = nibabel.Nifti1Image(np.ones((6, 6, 6, 2), np.uint8), np.eye(4))
    (tmp_path / "mask.nii.gz").write_bytes(gzip.compress(image.to_bytes()))
    with pytest.raises(NoduleError, match="3D volume"):
        locate_nodule(str(tmp_path / "mask.nii.gz"), scan)
    layers = SimpleITK.Compose([SimpleITK.Image(6, 6, 6, SimpleITK.sitkUInt8)] * 2)
    SimpleITK.WriteImage(layers, str(tmp_path / "layers.nrrd"))
    with pytest.raises(NoduleError, match=r"2 values a voxel.*one file each"):
        locate_nodule(str(tmp_path / "layers.nrrd"), scan)


@pytest.mark.real_data
@pytest.mark.skipif(not (LUNG1 / "lung1_label.nrrd").exists(), reason="ct_volumes is not in the folder of real data")
def test_the_real_tumour_mask_agrees_with_its_description():
    scan = open_scan(LUNG1 / "lung1_image.nrrd", ScanOptions())
    found = locate_nodule(str(LUNG1 / "lung1_label.nrrd"), scan)
    np.testing.assert_allclose(found.centre_lps_mm, [-21.9, -120.5, -611.5], atol=0.05)
    np.testing.assert_allclose(found.extent_mm, [13.7, 14.8, 15.0], atol=0.05)
    assert found.volume_ml == pytest.approx(1.36, abs=0.005)
    assert found.body.mask_kji.sum() == 837
    # Soft tissue in the mask shows that mask and image lie on each other: mean -64 HU (data README).
    inside = scan.grid.to_index_ijk(found.body.grid.affine_lps_mm[:3, 3])
    i, j, k = np.rint(inside).astype(int)
    slices, rows, columns = found.body.mask_kji.shape
    box_hu = scan.read_slices(k, k + slices)[:, j : j + rows, i : i + columns]
    assert box_hu[found.body.mask_kji].mean() == pytest.approx(-64, abs=0.5)
