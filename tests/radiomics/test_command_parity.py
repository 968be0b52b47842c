"""Our figures are those of PyRadiomics' own command, feature by feature, on a real chest CT."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from radiogene.ct.preparation import prepare_nodule, stored_cube
from radiogene.radiomics import RadiomicFeatures, RadiomicSettings, file_features, radiomic_features


def command_features(image: Path, mask: Path, folder: Path) -> dict[str, float]:
    """What `pyradiomics IMAGE MASK --param params.yaml -f csv` writes."""
    parameters, table = folder / "params.yaml", folder / "features.csv"
    # JSON is YAML.
    parameters.write_text(json.dumps(RadiomicSettings().to_parameters()))
    command = [Path(sys.executable).with_name("pyradiomics"), image, mask, "--param", parameters]
    subprocess.run([*command, "-f", "csv", "-o", table], check=True, capture_output=True)
    with table.open() as file:
        (row,) = csv.DictReader(file)
    return {name: float(value) for name, value in row.items() if name not in ("Image", "Mask")}


def check_same(found: RadiomicFeatures, by_command: dict[str, float]) -> dict[str, float]:
    """The features by name, which are those of the command to the last bit."""
    assert found.names == tuple(by_command)
    assert len(found.names) == 1130
    np.testing.assert_array_equal(found.values, list(by_command.values()))
    assert np.isfinite(found.values).all()
    assert len(set(found.values.tolist())) > 1000
    return by_command


@pytest.fixture
def chest_ct(real_data) -> tuple[Path, Path]:
    folder = real_data / "ct_volumes"
    return folder / "lung1_image.nrrd", folder / "lung1_label.nrrd"


@pytest.mark.long
@pytest.mark.real_data
def test_a_file_of_a_real_ct_has_the_features_of_the_packages_own_command(chest_ct, tmp_path):
    values = check_same(file_features(*chest_ct), command_features(*chest_ct, tmp_path))
    assert values["original_shape_VoxelVolume"] == pytest.approx(837 * 0.5703125**2 * 5)
    assert values["original_firstorder_Mean"] == pytest.approx(-64, abs=0.5)


@pytest.mark.real_data
def test_a_prepared_cube_of_a_real_ct_has_the_features_of_the_packages_own_command(chest_ct, tmp_path):
    ct, label = chest_ct
    prepared = prepare_nodule(ct, str(label))
    cube = stored_cube(prepared.cube_hu)
    offset_mm = np.array(prepared.report.centre_lps_mm) - 31.5
    for name, array in (("cube", cube), ("segment", prepared.segment_zyx.astype(np.uint8))):
        image = SimpleITK.GetImageFromArray(array)
        image.SetOrigin(offset_mm.tolist())
        SimpleITK.WriteImage(image, str(tmp_path / f"{name}.nrrd"))
    found = radiomic_features(cube, prepared.segment_zyx)
    values = check_same(found, command_features(tmp_path / "cube.nrrd", tmp_path / "segment.nrrd", tmp_path))
    # As it was marked: 837 voxels of 0.57 x 0.57 x 5 mm.
    assert values["original_shape_VoxelVolume"] == pytest.approx(837 * 0.5703125**2 * 5, rel=0.03)
    assert values["original_firstorder_Mean"] == pytest.approx(cube[prepared.segment_zyx].mean())
