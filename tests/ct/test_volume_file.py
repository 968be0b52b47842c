"""NIfTI, NRRD and MetaImage: the same scan as the DICOM, and refusals where the file cannot be believed."""

import gzip

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from ct.dicom_writers import SyntheticSeries, ramp_hu
from ct.scan_checks import assert_shows_ramp
from radiogene.ct.geometry import RAS_TO_LPS
from radiogene.ct.open_scan import list_series, open_scan
from radiogene.ct.scan import ScanOptions
from radiogene.errors import GeometryError, SeriesError

SHAPE_IJK = (9, 8, 40)
ITK_SUFFIXES = ["nii", "nii.gz", "nrrd", "nhdr", "mha", "mhd"]


def turned(degrees):
    """(3, 3) rotation about x, then z."""
    a, b = np.radians(degrees)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_z = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    return about_z @ about_x


AFFINES = {
    "axial": np.diag([1.0, 1.0, 1.0]),
    "oblique": turned((20.0, -35.0)),
    "left-handed": np.diag([1.0, 1.0, -1.0]),
    "RAS order": np.diag([-1.0, -1.0, 1.0]),
    "oblique and left-handed": turned((10.0, 25.0)) @ np.diag([1.0, -1.0, 1.0]),
    "sagittal": np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]),
}


def affine_lps_mm(directions, spacing=(0.8, 1.25, 2.0), origin=(-20.0, -15.0, -40.0)):
    """The (4, 4) affine of unit directions (columns)."""
    affine = np.eye(4)
    affine[:3, :3] = directions * np.asarray(spacing)
    affine[:3, 3] = origin
    return affine


def ramp_zyx(affine, dtype=np.float32):
    """The ramp at the voxels of an affine, axes (slice, row, column)."""
    index = np.moveaxis(np.indices(SHAPE_IJK), 0, -1).astype(float)
    points = index @ affine[:3, :3].T + affine[:3, 3]
    return np.ascontiguousarray(ramp_hu(points).transpose(2, 1, 0).astype(dtype))


def itk_image(affine, volume_zyx):
    """A SimpleITK image with an affine in LPS mm."""
    image = sitk.GetImageFromArray(volume_zyx)
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((affine[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(affine[:3, 3].tolist())
    return image


def save_nifti(path, affine_lps, volume_zyx, sform_code=1, qform_code=1, qform_ras=None, edit=lambda header: None):
    """A NIfTI file with the codes and transforms as given."""
    affine_ras = RAS_TO_LPS @ affine_lps
    image = nibabel.Nifti1Image(volume_zyx.transpose(2, 1, 0), affine_ras)
    image.set_qform(affine_ras if qform_ras is None else qform_ras, qform_code, strip_shears=True)
    image.set_sform(affine_ras, sform_code)
    image.header.set_xyzt_units("mm")
    edit(image.header)
    nibabel.save(image, path)
    return path


@pytest.mark.parametrize("suffix", ITK_SUFFIXES)
@pytest.mark.parametrize("name", AFFINES)
def test_ramp_is_where_the_grid_says(name, suffix, tmp_path):
    affine = affine_lps_mm(AFFINES[name])
    path = tmp_path / f"ct.{suffix}"
    sitk.WriteImage(itk_image(affine, ramp_zyx(affine)), path)
    scan = open_scan(path, ScanOptions())
    assert_shows_ramp(scan, 0.01)
    corners = {tuple(np.round(scan.grid.to_lps_mm([0, 0, k]), 2)) for k in (0, SHAPE_IJK[2] - 1)}
    assert corners == {tuple(np.round((affine @ [0, 0, k, 1])[:3], 2)) for k in (0, SHAPE_IJK[2] - 1)}
    left_handed = np.linalg.det(affine[:3, :3]) < 0
    assert any("other end" in decision for decision in scan.decisions) == left_handed
    assert scan.source == path.name
    np.testing.assert_array_equal(scan.read_slices(3, 9), scan.read_volume()[3:9])


@pytest.mark.parametrize("space", ["right-anterior-superior", "left-anterior-superior", "RAS"])
def test_other_frames_of_nrrd_become_lps(space, tmp_path):
    affine = affine_lps_mm(AFFINES["oblique"])
    signs = np.array([1, -1, 1]) if space.startswith("left") else np.array([-1, -1, 1])
    path = tmp_path / "ct.nrrd"
    path.write_bytes(_nrrd_header(space, (affine[:3] * signs[:, None])) + ramp_zyx(affine).astype("<f4").tobytes())
    assert_shows_ramp(open_scan(path, ScanOptions()), 0.01)


def _nrrd_header(space, affine):
    vectors = ["(" + ",".join(map(repr, column.tolist())) + ")" for column in affine.T]
    return (
        f"NRRD0004\ntype: float\ndimension: 3\nspace: {space}\nsizes: {' '.join(map(str, SHAPE_IJK))}\n"
        f"space directions: {' '.join(vectors[:3])}\nkinds: domain domain domain\nendian: little\nencoding: raw\n"
        f"space origin: {vectors[3]}\n\n"
    ).encode()


@pytest.mark.parametrize("codes", [(1, 1), (1, 0), (0, 1), (4, 2)])
def test_nifti_by_either_transform(codes, tmp_path):
    affine = affine_lps_mm(AFFINES["oblique"])
    path = save_nifti(tmp_path / "ct.nii.gz", affine, ramp_zyx(affine), *codes)
    assert_shows_ramp(open_scan(path, ScanOptions()), 0.01)


def test_sheared_nifti_is_a_tilted_gantry(tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    affine[1, 2] = 0.5
    path = save_nifti(tmp_path / "ct.nii", affine, ramp_zyx(affine), qform_code=0)
    assert_shows_ramp(open_scan(path, ScanOptions()), 0.01)


def test_nifti_2_and_big_endian(tmp_path):
    affine = affine_lps_mm(AFFINES["oblique"])
    volume = ramp_zyx(affine).transpose(2, 1, 0)
    nibabel.save(nibabel.Nifti2Image(volume, RAS_TO_LPS @ affine), tmp_path / "two.nii")
    big = nibabel.Nifti1Image(volume, RAS_TO_LPS @ affine, nibabel.Nifti1Header(endianness=">"))
    nibabel.save(big, tmp_path / "big.nii")
    for name in ("two.nii", "big.nii"):
        assert_shows_ramp(open_scan(tmp_path / name, ScanOptions()), 0.01)


def test_nifti_scaling_is_applied(tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])

    stored = np.round((ramp_zyx(affine) - 100.0) / 0.05).astype(np.int16)
    path = save_nifti(tmp_path / "ct.nii", affine, stored, edit=lambda header: header.set_slope_inter(0.05, 100.0))
    assert_shows_ramp(open_scan(path, ScanOptions()), 0.03)


@pytest.mark.parametrize("suffix", ["nii", "mha"])
def test_fourth_dimension_of_one_is_dropped_and_of_two_refused(suffix, tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    for count in (1, 2):
        volumes = [itk_image(affine, ramp_zyx(affine))] * count
        sitk.WriteImage(sitk.JoinSeries(volumes), tmp_path / f"{count}.{suffix}")
    assert_shows_ramp(open_scan(tmp_path / f"1.{suffix}", ScanOptions()), 0.01)
    with pytest.raises(SeriesError, match="expected one 3D volume"):
        open_scan(tmp_path / f"2.{suffix}", ScanOptions())


@pytest.mark.parametrize("suffix", ["nii.gz", "nrrd", "mha"])
@pytest.mark.parametrize(
    ("values", "found"),
    [
        (lambda ramp: np.clip(ramp, 0, 255).astype(np.uint8), "8 bits"),
        (lambda ramp: np.clip(ramp, -128, 127).astype(np.int8), "8 bits"),
        (lambda ramp: (ramp + 1024).astype(np.uint16), "air near -1000"),
        (lambda ramp: ((ramp - ramp.min()) / np.ptp(ramp)).astype(np.float32), "air near -1000"),
        (lambda ramp: np.clip(ramp, -50, 50).astype(np.int16), "air near -1000"),
        (lambda ramp: np.where(ramp > -200, np.nan, ramp).astype(np.float32), "NaN"),
    ],
    ids=["uint8", "int8", "shifted", "normalised", "windowed", "NaN"],
)
def test_values_that_are_not_hu_are_refused(values, found, suffix, tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    sitk.WriteImage(itk_image(affine, values(ramp_zyx(affine))), tmp_path / f"ct.{suffix}")
    with pytest.raises(SeriesError, match=found):
        open_scan(tmp_path / f"ct.{suffix}", ScanOptions())


@pytest.mark.parametrize("suffix", ["nii.gz", "nrrd", "mha"])
def test_colours_are_refused(suffix, tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    image = itk_image(affine, ramp_zyx(affine))
    sitk.WriteImage(sitk.Compose(image, image, image), tmp_path / f"ct.{suffix}")
    with pytest.raises(SeriesError, match="expected one"):
        open_scan(tmp_path / f"ct.{suffix}", ScanOptions())


@pytest.mark.parametrize("suffix", ["nii", "nii.gz", "nrrd", "mha"])
@pytest.mark.parametrize("kept", [0, 20, 200, -500])
def test_truncated_volume_is_refused(suffix, kept, tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    path = tmp_path / f"ct.{suffix}"
    sitk.WriteImage(itk_image(affine, ramp_zyx(affine)), path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises((SeriesError, GeometryError), match=rf"ct\.{suffix}"):
        open_scan(path, ScanOptions())


def test_nifti_without_a_place_is_refused(tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    path = save_nifti(tmp_path / "ct.nii", affine, ramp_zyx(affine), 0, 0)
    with pytest.raises(GeometryError, match="qform_code 0 and sform_code 0"):
        open_scan(path, ScanOptions())


def test_nifti_with_two_places_is_refused(tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    moved = RAS_TO_LPS @ affine
    moved[0, 3] += 0.5
    path = save_nifti(tmp_path / "ct.nii", affine, ramp_zyx(affine), qform_ras=moved)
    with pytest.raises(GeometryError, match=r"sform and qform place .* 0\.5 mm apart"):
        open_scan(path, ScanOptions())


def test_nifti_in_metres_is_refused(tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    path = save_nifti(tmp_path / "ct.nii", affine, ramp_zyx(affine), edit=lambda header: header.set_xyzt_units(1))
    with pytest.raises(GeometryError, match="expected millimetres"):
        open_scan(path, ScanOptions())


@pytest.mark.parametrize("removed", ["space:", "space directions:", "space origin:"])
def test_nrrd_without_a_place_is_refused(removed, tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    header = _nrrd_header("left-posterior-superior", affine[:3]).decode().split("\n")
    header = [line for line in header if not line.startswith(removed)]
    path = tmp_path / "ct.nrrd"
    path.write_bytes("\n".join(header).encode() + ramp_zyx(affine).astype("<f4").tobytes())
    with pytest.raises(GeometryError, match=r"ct\.nrrd has"):
        open_scan(path, ScanOptions())


def test_nrrd_in_scanner_frame_is_refused(tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    path = tmp_path / "ct.nrrd"
    path.write_bytes(_nrrd_header("scanner-xyz", affine[:3]) + ramp_zyx(affine).astype("<f4").tobytes())
    with pytest.raises(GeometryError, match="scanner-xyz"):
        open_scan(path, ScanOptions())


def test_nrrd_with_an_axis_without_direction_is_refused(tmp_path):
    """SimpleITK would take 1 mm along z for it."""
    affine = affine_lps_mm(AFFINES["axial"])
    header = _nrrd_header("left-posterior-superior", affine[:3]).decode().split("\n")
    header = ["space directions: (0.8,0,0) (0,1.25,0) none" if "directions" in line else line for line in header]
    path = tmp_path / "ct.nrrd"
    path.write_bytes("\n".join(header).encode() + ramp_zyx(affine).astype("<f4").tobytes())
    with pytest.raises(GeometryError, match="an axis has no direction"):
        open_scan(path, ScanOptions())


@pytest.mark.parametrize(("unit", "is_read"), [("mm", True), ("", True), ("um", False), ("cm", False)])
def test_nrrd_in_other_units_is_refused(unit, is_read, tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    units = f'space units: "{unit}" "{unit}" "{unit}"\n'
    header = _nrrd_header("left-posterior-superior", affine[:3]).decode().replace("encoding:", f"{units}encoding:")
    path = tmp_path / "ct.nrrd"
    path.write_bytes(header.encode() + ramp_zyx(affine).astype("<f4").tobytes())
    if is_read:
        assert_shows_ramp(open_scan(path, ScanOptions()), 0.01)
        return
    with pytest.raises(GeometryError, match=f"in {unit}; expected millimetres"):
        open_scan(path, ScanOptions())


@pytest.mark.parametrize("offset", [float("nan"), float("inf"), -5.0, 0.0, 348.0])
def test_nifti_whose_pixels_begin_in_its_header_is_refused(offset, tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    path = save_nifti(tmp_path / "ct.nii", affine, ramp_zyx(affine))
    content = bytearray(path.read_bytes())
    content[108:112] = np.float32(offset).tobytes()
    path.write_bytes(content)
    with pytest.raises(SeriesError, match=r"vox_offset .* expected at least 352"):
        open_scan(path, ScanOptions())


@pytest.mark.parametrize("scaling", [(2.0, np.nan), (np.inf, 0.0), (1.0, np.inf)])
def test_nifti_whose_scaling_is_no_number_is_refused(scaling, tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    path = save_nifti(tmp_path / "ct.nii", affine, ramp_zyx(affine))
    content = bytearray(path.read_bytes())
    content[112:120] = np.array([*scaling], "<f4").tobytes()
    path.write_bytes(content)
    with pytest.raises(SeriesError, match="its values cannot be known"):
        open_scan(path, ScanOptions())


@pytest.mark.parametrize("scaling", [(np.nan, np.nan), (0.0, 5.0)])
def test_nifti_without_scaling_is_taken_as_stored(scaling, tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    path = save_nifti(tmp_path / "ct.nii", affine, ramp_zyx(affine))
    content = bytearray(path.read_bytes())
    content[112:120] = np.array([*scaling], "<f4").tobytes()
    path.write_bytes(content)
    assert_shows_ramp(open_scan(path, ScanOptions()), 0.01)


@pytest.mark.parametrize(("size", "found"), [(32000, "The header is damaged"), (1000, "truncated")])
def test_nifti_of_an_absurd_size_is_refused(size, found, tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    path = save_nifti(tmp_path / "ct.nii", affine, ramp_zyx(affine))
    content = bytearray(path.read_bytes())
    content[42:48] = np.array([size, size, size], "<i2").tobytes()
    content[252:254] = np.array([0], "<i2").tobytes()
    path.write_bytes(content)
    with pytest.raises(SeriesError, match=found):
        open_scan(path, ScanOptions())


@pytest.mark.parametrize("removed", ["ElementSpacing", "Offset", "TransformMatrix"])
def test_metaimage_without_a_place_is_refused(removed, tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    path = tmp_path / "ct.mhd"
    sitk.WriteImage(itk_image(affine, ramp_zyx(affine)), path)
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith(removed)))
    with pytest.raises(GeometryError, match="does not say where"):
        open_scan(path, ScanOptions())


def test_corrupt_gzip_is_refused(tmp_path):
    path = tmp_path / "ct.nii.gz"
    path.write_bytes(gzip.compress(b"nothing of use" * 100)[:-20])
    with pytest.raises(SeriesError, match="truncated or corrupt"):
        open_scan(path, ScanOptions())


def test_volume_holds_no_series(tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    path = tmp_path / "ct.nrrd"
    sitk.WriteImage(itk_image(affine, ramp_zyx(affine)), path)
    with pytest.raises(SeriesError, match="leave `series` out"):
        open_scan(path, ScanOptions(series_uid="1.2.3"))
    (summary,) = list_series(path)
    assert (summary.name, summary.slices, summary.length_mm) == ("ct.nrrd", 40, pytest.approx(80.0))


def test_values_below_air_become_air(tmp_path):
    affine = affine_lps_mm(AFFINES["axial"])
    volume = ramp_zyx(affine)
    volume[0] = -3024
    sitk.WriteImage(itk_image(affine, volume), tmp_path / "ct.nrrd")
    assert (open_scan(tmp_path / "ct.nrrd", ScanOptions()).read_slices(0, 1) == -1024).all()


def test_short_volume_is_said(tmp_path):
    affine = affine_lps_mm(AFFINES["axial"], spacing=(1.0, 1.0, 1.0))
    sitk.WriteImage(itk_image(affine, ramp_zyx(affine)), tmp_path / "ct.nrrd")
    assert any("only 40.0 mm long" in said for said in open_scan(tmp_path / "ct.nrrd", ScanOptions()).decisions)


def test_series_and_its_volume_are_one_scan(tmp_path):
    """DICOM read by us against NIfTI and NRRD that SimpleITK made of the same files."""
    paths = SyntheticSeries().write(tmp_path / "dicom")
    dicom = open_scan(tmp_path / "dicom", ScanOptions())
    image = sitk.ReadImage([str(path) for path in paths])
    for name in ("ct.nii.gz", "ct.nrrd"):
        sitk.WriteImage(image, tmp_path / name)
        volume = open_scan(tmp_path / name, ScanOptions())
        np.testing.assert_allclose(volume.grid.affine_lps_mm, dicom.grid.affine_lps_mm, atol=1e-4)
        np.testing.assert_allclose(volume.read_volume(), dicom.read_volume(), atol=1e-3)


@pytest.mark.parametrize("name", ["scan.nii.gz", "scan.nrrd", "scan.mha"])
def test_compressed_pixels_that_were_changed_are_refused(name, tmp_path):
    generator = np.random.default_rng(0)
    image = sitk.GetImageFromArray(generator.integers(-1000, 200, (70, 40, 40)).astype(np.int16))
    path = tmp_path / name
    sitk.WriteImage(image, str(path), useCompression=True)
    open_scan(path, ScanOptions())
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40] = bytes(byte ^ 0xFF for byte in content[middle : middle + 40])
    path.write_bytes(bytes(content))
    with pytest.raises(SeriesError, match=r"damaged|corrupt|truncated"):
        open_scan(path, ScanOptions())
