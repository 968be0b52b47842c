"""The real CT series and the real CT volume, opened as a user would."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest

from radiogene.ct.open_scan import list_series, open_scan
from radiogene.ct.scan import ScanOptions

REPOSITORY = Path(__file__).resolve().parents[2]
REAL_DATA = Path(os.environ.get("RADIOGENE_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
SERIES_ZIP = REAL_DATA / "ct_dicom_lungfcp" / "LungFCP-01-0001_CT.zip"
VOLUME = REAL_DATA / "ct_volumes" / "lung1_image.nrrd"

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def lung_folder(tmp_path_factory):
    """The unzipped LungFCP series."""
    if not SERIES_ZIP.is_file():
        pytest.skip(f"{SERIES_ZIP.name} is not in the real data folder (RADIOGENE_REAL_DATA)")
    folder = tmp_path_factory.mktemp("lungfcp")
    with zipfile.ZipFile(SERIES_ZIP) as archive:
        archive.extractall(folder)
    return folder


def test_real_series_opens_from_head_to_feet_files(lung_folder):
    scan = open_scan(lung_folder, ScanOptions())
    assert scan.grid.shape_ijk == (512, 512, 98)
    assert scan.grid.spacing_mm == pytest.approx([0.759765625, 0.759765625, 1.0])
    assert scan.grid.to_lps_mm([[0, 0, 0], [0, 0, 97]])[:, 2] == pytest.approx([-5.5, 91.5])
    assert scan.facts["kernel"] == "B31f"
    assert scan.facts["slice_thickness_mm"] == 2.0
    assert scan.facts["files"] == 98
    assert scan.decisions == ()
    volume_hu = scan.read_volume()
    assert (volume_hu.min(), volume_hu.max()) == (-1024, 3071)
    assert [summary.excluded for summary in list_series(lung_folder)] == [None]


@pytest.mark.debian_tools
@pytest.mark.skipif(shutil.which("dcm2niix") is None, reason="dcm2niix is not installed")
def test_real_series_equals_what_dcm2niix_makes_of_it(lung_folder, tmp_path):
    command = ["dcm2niix", "-z", "n", "-b", "n", "-f", "ct", "-o", tmp_path, lung_folder]
    subprocess.run(command, check=True, capture_output=True)
    dicom, nifti = open_scan(lung_folder, ScanOptions()), open_scan(tmp_path / "ct.nii", ScanOptions())
    index = np.random.default_rng(0).integers(0, dicom.grid.shape_ijk, (5000, 3))
    there = np.round(nifti.grid.to_index_ijk(dicom.grid.to_lps_mm(index))).astype(int)
    np.testing.assert_allclose(nifti.grid.to_lps_mm(there), dicom.grid.to_lps_mm(index), atol=1e-3)
    one, other = dicom.read_volume(), nifti.read_volume()
    np.testing.assert_array_equal(one[tuple(index.T[::-1])], other[tuple(there.T[::-1])])


def test_real_volume_opens():
    if not VOLUME.is_file():
        pytest.skip(f"{VOLUME.name} is not in the real data folder (RADIOGENE_REAL_DATA)")
    scan = open_scan(VOLUME, ScanOptions())
    assert scan.grid.shape_ijk == (512, 512, 48)
    assert scan.grid.spacing_mm == pytest.approx([0.5703125, 0.5703125, 5.0])
    assert scan.grid.to_lps_mm([0, 0, 0]) == pytest.approx([-146, -325, -777.5])
    assert scan.decisions == ()
    part_hu = scan.read_slices(20, 30)
    assert part_hu.shape == (10, 512, 512)
    assert (part_hu.min(), part_hu.max() <= 3071) == (-1024, True)
