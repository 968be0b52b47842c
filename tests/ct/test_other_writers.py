"""Series and volumes written by tools other than ours: SimpleITK, dcm2niix, plastimatch."""

import locale
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
from pydicom.uid import generate_uid

from ct.dicom_writers import AXIAL, FLIPPED, SyntheticSeries, ramp_hu, rotated
from ct.scan_checks import assert_shows_ramp, voxel_points_lps_mm
from radiogene.ct.open_scan import open_scan
from radiogene.ct.scan import ScanOptions


def missing(tool: str):
    """A mark that skips where a Debian tool is absent."""
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


def hu_at(scan, points_lps_mm):
    """The values at voxel centres (..., 3), which must be the scan's own."""
    index = scan.grid.to_index_ijk(points_lps_mm)
    whole = np.round(index).astype(int)
    np.testing.assert_allclose(index, whole, atol=1e-3)
    return scan.read_volume()[whole[..., 2], whole[..., 1], whole[..., 0]]


@pytest.fixture
def same_locale():
    """SimpleITK's DICOM writer leaves the process in the C locale, where Python reads text as ASCII."""
    before = locale.setlocale(locale.LC_ALL)
    yield
    locale.setlocale(locale.LC_ALL, before)


@pytest.mark.usefixtures("same_locale")
@pytest.mark.parametrize("directions", [AXIAL, rotated((12.0, -20.0, 30.0))], ids=["axial", "oblique"])
def test_series_written_by_simpleitk(directions, tmp_path):
    row, column = map(np.asarray, directions)
    normal = np.cross(row, column)
    affine = np.column_stack([0.8 * row, 1.25 * column, 2.0 * normal])
    origin = np.array([-20.0, -15.0, -40.0])
    index = np.moveaxis(np.indices((40, 8, 9)), 0, -1)[..., ::-1]
    volume = np.round(ramp_hu(index @ affine.T + origin)).astype(np.int16)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    series_uid, frame_uid = generate_uid(), generate_uid()
    for k in range(40):
        image = sitk.GetImageFromArray(volume[k : k + 1])
        image.SetSpacing((0.8, 1.25, 2.0))
        image.SetOrigin((origin + k * affine[:, 2]).tolist())
        image.SetDirection(np.column_stack([row, column, normal]).ravel().tolist())
        tags = {
            "0008|0060": "CT",
            "0008|0016": "1.2.840.10008.5.1.4.1.1.2",
            "0008|0008": "ORIGINAL\\PRIMARY\\AXIAL",
            "0020|000e": series_uid,
            "0020|0052": frame_uid,
            "0020|0032": "\\".join(f"{x:.6f}" for x in origin + k * affine[:, 2]),
            "0020|0037": "\\".join(f"{x:.9f}" for x in (*row, *column)),
            "0028|1052": "0",
            "0028|1053": "1",
        }
        for tag, value in tags.items():
            image.SetMetaData(tag, value)
        writer.SetFileName(str(tmp_path / f"{97 * k % 40}.dcm"))
        writer.Execute(image)
    scan = open_scan(tmp_path, ScanOptions())
    assert scan.series_uid == series_uid
    np.testing.assert_allclose(scan.grid.affine_lps_mm[:3, :3], affine, atol=1e-5)
    assert_shows_ramp(scan, 0.51)


@pytest.mark.debian_tools
@missing("dcm2niix")
@pytest.mark.parametrize(
    "series",
    [
        SyntheticSeries(rows=20, columns=24),
        SyntheticSeries(rows=20, columns=24, directions=rotated((10.0, -15.0, 5.0)), between_rows_mm=0.8),
        SyntheticSeries(rows=20, columns=24, directions=FLIPPED),
    ],
    ids=["axial", "oblique", "flipped"],
)
def test_volume_made_by_dcm2niix_is_the_dicom(series, tmp_path):
    series.write(tmp_path / "dicom")
    volume = open_scan(_dcm2niix(tmp_path / "dicom", tmp_path / "nifti"), ScanOptions())
    dicom = open_scan(tmp_path / "dicom", ScanOptions())
    assert_shows_ramp(volume, 0.05)
    np.testing.assert_allclose(hu_at(volume, voxel_points_lps_mm(dicom)), dicom.read_volume(), atol=0.01)


@pytest.mark.debian_tools
@missing("plastimatch")
def test_volume_made_by_plastimatch_is_the_dicom(tmp_path):
    SyntheticSeries(rows=20, columns=24, between_rows_mm=0.8).write(tmp_path / "dicom")
    out = tmp_path / "ct.mha"
    command = ["plastimatch", "convert", "--input", tmp_path / "dicom", "--output-img", out, "--output-type", "float"]
    subprocess.run(command, check=True, capture_output=True)
    volume, dicom = (open_scan(path, ScanOptions()) for path in (out, tmp_path / "dicom"))
    np.testing.assert_allclose(hu_at(volume, voxel_points_lps_mm(dicom)), dicom.read_volume(), atol=0.51)


@pytest.mark.debian_tools
@missing("plastimatch")
def test_series_written_by_plastimatch(tmp_path):
    """plastimatch makes DICOM of a volume; both are the same scan."""
    SyntheticSeries(rows=20, columns=24).write(tmp_path / "dicom")
    command = ["plastimatch", "convert", "--input", tmp_path / "dicom", "--output-dicom", tmp_path / "again"]
    subprocess.run([*command, "--output-type", "short"], check=True, capture_output=True)
    again, dicom = (open_scan(tmp_path / name, ScanOptions()) for name in ("again", "dicom"))
    np.testing.assert_allclose(hu_at(again, voxel_points_lps_mm(dicom)), dicom.read_volume(), atol=1.01)


def _dcm2niix(folder: Path, out: Path) -> Path:
    """The NIfTI file that dcm2niix makes of a series."""
    out.mkdir()
    subprocess.run(["dcm2niix", "-z", "n", "-b", "n", "-f", "ct", "-o", out, folder], check=True, capture_output=True)
    return out / "ct.nii"
