"""Grey images as Hounsfield units, and which slices of a patient are taken."""

import numpy as np
import pytest
from PIL import Image

from patients.ct_slices import evenly_chosen, hounsfield, read_slices, slice_files
from radiogene.errors import CohortError


def test_grey_values_are_the_documented_hounsfield_units():
    units = hounsfield(np.array([0, 34, 128, 255], dtype=np.uint8))
    assert units[0] == -1024
    assert units[1:] == pytest.approx([128 - 94 / 0.09172, 128, 1513], abs=1)


def test_slices_are_spread_over_the_lungs():
    assert evenly_chosen(101, 4) == (25, 45, 65, 85)
    assert len(set(evenly_chosen(13, 8))) == 8
    with pytest.raises(CohortError, match="5 slices do not hold 8"):
        evenly_chosen(5, 8)


def test_images_are_averaged_over_squares(tmp_path):
    grey = np.full((512, 512), 128, dtype=np.uint8)
    grey[64:67, 64:70] = 255
    files = {"A": tuple(tmp_path / f"{number:03}.png" for number in range(10))}
    for path in files["A"]:
        Image.fromarray(grey).save(path)
    stack = read_slices(files, wanted=2, size=64)
    assert stack.hu.shape == (2, 64, 64)
    assert stack.patient_ids == ("A", "A")
    assert stack.numbers == (2, 8)
    assert stack.hu[0, 0, 0] == pytest.approx((128 + 1512.6) / 2, abs=1)
    assert np.all(stack.hu[0, 1:] == 128)


def test_a_image_of_another_size_is_refused(tmp_path):
    path = tmp_path / "001.png"
    Image.fromarray(np.zeros((64, 64), dtype=np.uint8)).save(path)
    with pytest.raises(CohortError, match=r"001\.png: uint8 \(64, 64\)"):
        read_slices({"A": (path,)}, wanted=1, size=64)


@pytest.mark.real_data
def test_the_real_slices_run_from_feet_to_head(real_data):
    files = slice_files(real_data / "nsclc_radiogenomics_ct_slices")
    assert (len(files), sum(map(len, files.values()))) == (69, 1991)
    assert [path.stem for path in files["R01-005"]] == [f"{number:03}" for number in range(71, 101)]
    stack = read_slices({"R01-005": files["R01-005"]}, wanted=2, size=64)
    # Lungs are dark on both.
    assert np.all((stack.hu < -700).mean(axis=(1, 2)) > 0.1)
