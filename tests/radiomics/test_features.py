"""Features of nodules whose figures are known by hand, and what is refused."""

import subprocess
import sys

import numpy as np
import pytest

from radiogene.errors import NoduleError, SettingsError
from radiogene.radiomics import RadiomicSettings, radiomic_features
from radiogene.radiomics import features as features_module


def cube_of(value_hu: int = -800) -> np.ndarray:
    return np.full((64, 64, 64), value_hu, dtype=np.int16)


def box(depth: int, height: int, width: int) -> np.ndarray:
    segment = np.zeros((64, 64, 64), bool)
    segment[30 : 30 + depth, 20 : 20 + height, 10 : 10 + width] = True
    return segment


def named(found) -> dict[str, float]:
    return dict(zip(found.names, found.values, strict=True))


@pytest.fixture(scope="module")
def two_valued() -> dict[str, float]:
    """A box of 4 x 6 x 8 mm, three quarters of it at 40 HU and one at -60 HU."""
    segment = box(4, 6, 8)
    cube = cube_of()
    cube[segment] = 40
    cube[:, :, 10:12][segment[:, :, 10:12]] = -60
    return named(radiomic_features(cube, segment))


def test_there_are_1130_features_of_12_images(two_valued):
    assert len(two_valued) == 1130
    images = {name.split("_")[0] for name in two_valued}
    bands = {f"wavelet-{a}{b}{c}" for a in "LH" for b in "LH" for c in "LH"}
    assert images == {"original", *bands, *(f"log-sigma-{s}-0-mm-3D" for s in (1, 3, 5))}
    per_class = {"firstorder": 18, "glcm": 24, "glrlm": 16, "glszm": 16, "gldm": 14, "ngtdm": 5}
    for image in images:
        for kind, count in per_class.items():
            assert sum(name.startswith(f"{image}_{kind}_") for name in two_valued) == count
    assert sum("_shape_" in name for name in two_valued) == 14
    assert np.isfinite(list(two_valued.values())).all()


def test_volume_mean_and_entropy_are_those_computed_by_hand(two_valued):
    assert two_valued["original_shape_VoxelVolume"] == 4 * 6 * 8
    assert two_valued["original_firstorder_Mean"] == pytest.approx((3 * 40 - 60) / 4)
    assert two_valued["original_firstorder_Variance"] == pytest.approx(0.75 * 0.25 * 100**2)
    entropy = -(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25))
    assert two_valued["original_firstorder_Entropy"] == pytest.approx(entropy)
    assert two_valued["original_firstorder_Minimum"] == -60
    # Two flat parts: each direction's longest runs are those of the box; two zones of 48 and 144 samples.
    assert two_valued["original_glszm_ZonePercentage"] == pytest.approx(2 / 192)
    assert two_valued["original_glszm_LargeAreaEmphasis"] == pytest.approx((48**2 + 144**2) / 2)
    # Grey levels are bins of 25 HU from the lowest value's bin on: -60 is level 1, 40 is level 5.
    assert two_valued["original_glszm_HighGrayLevelZoneEmphasis"] == pytest.approx((1 + 25) / 2)


def test_what_lies_beside_the_nodule_changes_filtered_images_only():
    segment, cube = box(6, 6, 6), cube_of()
    cube[segment] = 10
    beside = cube.copy()
    beside[30:36, 20:26, 17] = 300
    one, other = named(radiomic_features(cube, segment)), named(radiomic_features(beside, segment))
    changed = {name.split("_")[0] for name in one if one[name] != other[name]}
    assert "original" not in changed
    assert {"wavelet-LLL", "log-sigma-1-0-mm-3D"} <= changed


@pytest.mark.parametrize(
    ("segment", "reason"),
    [
        (None, "given as a point"),
        (box(0, 0, 0), "holds 0 samples"),
        (box(1, 1, 1), "holds 1 sample of"),
        (box(3, 3, 7), "holds 63 samples of 1 mm; at least 64"),
        (box(1, 20, 20), r"1 sample thick along z \(head to feet\)"),
        (box(20, 1, 20), "thick along y"),
        (box(20, 20, 1), "thick along x"),
    ],
    ids=["point", "empty", "one", "few", "flat z", "flat y", "flat x"],
)
def test_a_segment_that_cannot_be_measured_is_refused(segment, reason):
    with pytest.raises(NoduleError, match=f"cannot be measured: .*{reason}"):
        radiomic_features(cube_of(), segment)


def test_the_smallest_segment_is_measured_without_gaps():
    cube = np.random.default_rng(1).normal(-300, 200, (64, 64, 64)).astype(np.int16)
    for segment in (box(4, 4, 4), box(2, 4, 8)):
        assert np.isfinite(radiomic_features(cube, segment).values).all()


def test_a_segment_up_to_the_cubes_border_is_measured():
    cube = np.random.default_rng(1).normal(-300, 200, (64, 64, 64)).astype(np.int16)
    segment = np.zeros((64, 64, 64), bool)
    segment[:, :8, -8:] = True
    found = named(radiomic_features(cube, segment))
    assert found["original_shape_VoxelVolume"] == 64**2
    assert np.isfinite(list(found.values())).all()


def test_a_constant_nodule_has_features(two_valued):
    found = named(radiomic_features(cube_of(), box(6, 6, 6)))
    assert set(found) == set(two_valued)
    assert found["original_firstorder_Entropy"] == pytest.approx(0, abs=1e-9)


def test_a_segment_with_two_equal_axes_has_real_features():
    # PyRadiomics 3.1.4 gives its elongation as 0.745 + 2e-17 i.
    found = named(radiomic_features(cube_of(), box(8, 6, 6)))
    assert found["original_shape_Elongation"] == pytest.approx(np.sqrt(35 / 63))
    assert found["original_shape_LeastAxisLength"] == pytest.approx(4 * np.sqrt(35 / 12))
    assert np.isnan(features_module._real(0.5 + 0.1j))
    assert np.isnan(features_module._real(np.nan))


def test_other_settings_give_other_features():
    segment, cube = box(6, 6, 6), np.random.default_rng(1).normal(-300, 200, (64, 64, 64)).astype(np.int16)
    few = radiomic_features(cube, segment, RadiomicSettings(log_sigmas_mm=(2.0,), feature_classes=("firstorder",)))
    assert len(few.names) == 18 * 10
    fine, coarse = (
        named(radiomic_features(cube, segment, RadiomicSettings(bin_width_hu=width, feature_classes=("firstorder",))))
        for width in (10.0, 100.0)
    )
    assert fine["original_firstorder_Entropy"] > coarse["original_firstorder_Entropy"] + 2


def test_without_the_extra_the_command_that_installs_it_is_named(monkeypatch):
    features_module._extractor.cache_clear()
    monkeypatch.setitem(sys.modules, "radiomics", None)
    with pytest.raises(SettingsError, match=r'pip install "radiogene\[radiomics\]"'):
        radiomic_features(cube_of(), box(6, 6, 6))


def test_the_measurement_says_nothing_on_standard_error(capfd):
    radiomic_features(cube_of(), box(5, 5, 5))
    assert capfd.readouterr() == ("", "")


def test_importing_loads_no_package_that_measures_and_measuring_loads_no_torch():
    code = (
        "import sys, numpy; from radiogene.radiomics import radiomic_features\n"
        "assert not {'radiomics', 'SimpleITK', 'torch', 'sklearn', 'pandas'} & set(sys.modules)\n"
        "cube = numpy.zeros((64, 64, 64), numpy.int16); segment = cube == 1; segment[20:26, 20:26, 20:26] = True\n"
        "radiomic_features(cube, segment)\n"
        "assert 'radiomics' in sys.modules and not {'torch', 'sklearn', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, capture_output=True)
