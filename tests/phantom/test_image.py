"""The image: Hounsfield units of the tissues, and the generating factors in it."""

from dataclasses import replace

import numpy as np
import pytest

from radiogene.phantom.chest import draw_chest
from radiogene.phantom.genetics import site_model
from radiogene.phantom.nodule import draw_nodule
from radiogene.phantom.nodule_marking import body_mask, body_outline_lps_mm
from radiogene.phantom.nodule_place import draw_place
from radiogene.phantom.patient import draw_patient
from radiogene.phantom.scan_grid import scan_grid
from radiogene.phantom.scan_volume import Subject, anatomy_hu, scan_volume_hu
from radiogene.phantom.scanner import draw_acquisition
from radiogene.phantom.smooth_field import smooth_field


@pytest.fixture(scope="module")
def scanned():
    """A plain scan of a chest with a solid nodule, before noise."""
    rng = np.random.default_rng(1)
    chest = draw_chest(rng)
    place = draw_place(chest, 10, False, rng)
    nodule = draw_nodule(place.centre_mm, None, 20.0, 0.01, 0.1, rng)
    grid = scan_grid(draw_acquisition("A", rng), place.centre_mm)
    return chest, grid, anatomy_hu(Subject(chest, (nodule,), False, 0.0), grid, rng)


def test_hounsfield_units_of_the_tissues(scanned):
    chest, grid, volume = scanned
    x, y, z = grid.x_mm, grid.y_mm, grid.z_mm
    skin = np.broadcast_to(chest.body_depth_mm(x, y), volume.shape)
    lung = chest.lung_depth_mm(x, y, z)
    assert volume[:, 0, 0] == pytest.approx(-1000)
    assert -900 < np.median(volume[lung > 5]) < -820
    assert -115 < np.median(volume[(skin > 3.2) & (skin < 4.2)]) < -70
    heart = volume[chest.heart_depth_mm(x, y, z) > 10]
    assert heart.size > 1000
    assert 30 < np.median(heart) < 60
    spine_x, spine_y = chest.spine_mm
    marrow = volume[np.broadcast_to((np.hypot(x - spine_x, y - spine_y) < 8), volume.shape)]
    assert 80 < np.median(marrow) < 300
    ribs = volume[np.broadcast_to((chest.cavity_depth_mm(x, y) < -4) & (skin > 12) & (np.abs(x) > 60), volume.shape)]
    assert 300 < np.percentile(ribs, 97) < 700
    assert volume.min() >= -1024
    assert volume.max() < 1000


def test_lung_holds_vessels(scanned):
    chest, grid, volume = scanned
    lung = chest.lung_depth_mm(grid.x_mm, grid.y_mm, grid.z_mm) > 8
    assert 0.01 < (volume[lung] > -300).mean() < 0.15


@pytest.fixture(scope="module")
def many():
    """Forty nodules of site B, each with the mean HU of its body, and the share of dense voxels just around it."""
    measured = []
    for index in range(40):
        patient = draw_patient(site_model("B"), "B", 21, index)
        nodule = patient.subject.nodules[0]
        # No tag to the pleura, and a small grid: only the nodule matters here.
        grid = scan_grid(replace(patient.acquisition, slice_count=30, share_below=0.5), nodule.centre_mm)
        volume = scan_volume_hu(patient.subject, grid, patient.acquisition, patient.rng(1))
        box, mask = body_mask(nodule, grid)
        offset = np.sqrt(
            sum((a - c) ** 2 for a, c in zip((grid.x_mm, grid.y_mm, grid.z_mm), nodule.centre_mm, strict=True))
        )
        around = (offset > nodule.diameter_mm / 2 + 1) & (offset < nodule.diameter_mm / 2 + 4)
        volume_mm3 = mask.sum() * np.abs(np.linalg.det(grid.grid.affine_lps_mm[:3, :3]))
        measured.append(
            (
                nodule.ground_glass,
                volume[box][mask].mean(),
                nodule.diameter_mm,
                np.cbrt(volume_mm3),
                nodule.spiculation,
                (volume[around] > -500).mean(),
            )
        )
    return np.array(measured)


def test_image_carries_the_factors(many):
    ground_glass, mean_hu, diameter, size, spiculation, spiked = many.T
    assert np.corrcoef(ground_glass, mean_hu)[0, 1] < -0.8
    assert np.corrcoef(diameter, size)[0, 1] > 0.95
    assert np.corrcoef(spiculation, spiked)[0, 1] > 0.5


def test_pure_ground_glass_and_solid_nodules_look_so(many):
    ground_glass, mean_hu = many.T[:2]
    assert mean_hu[ground_glass < 0.1].min() > -250
    assert mean_hu[ground_glass > 0.75].max() < -350


def test_body_is_as_long_as_its_diameter_and_symmetric():
    rng = np.random.default_rng(3)
    nodule = draw_nodule((10.0, 20.0, 30.0), None, 22.0, 0.4, 0.5, rng)
    points = rng.uniform(-12, 12, (200_000, 3))
    inside = nodule.contains(points + nodule.centre_mm)
    body = points[inside]
    np.testing.assert_array_equal(inside, nodule.contains(nodule.centre_mm - points))
    assert 2 * np.linalg.norm(body, axis=1).max() == pytest.approx(22.0, abs=0.4)


def test_outline_lies_on_the_edge_of_the_body():
    patient = draw_patient(site_model("A"), "A", 2, 0)
    nodule = patient.subject.nodules[0]
    grid = scan_grid(patient.acquisition, nodule.centre_mm)
    middle = round(float(grid.grid.to_index_ijk(nodule.centre_mm + grid.offset_lps_mm)[2]))
    outline = body_outline_lps_mm(nodule, grid, middle)
    offset = outline - grid.offset_lps_mm - nodule.centre_mm
    assert nodule.contains(nodule.centre_mm + 0.98 * offset).mean() > 0.95
    assert not nodule.contains(nodule.centre_mm + 1.02 * offset).any()
    assert body_outline_lps_mm(nodule, grid, 0) is None


def test_smooth_field_has_unit_variance_and_the_wanted_scale():
    field = smooth_field(np.random.default_rng(0), (40, 60, 60), (3, 6, 6))
    assert field.std() == pytest.approx(1, abs=0.1)
    near = np.corrcoef(field[:, :, 1:].ravel(), field[:, :, :-1].ravel())[0, 1]
    far = np.corrcoef(field[:, :, 30:].ravel(), field[:, :, :-30].ravel())[0, 1]
    assert near > 0.9
    assert abs(far) < 0.15


def test_site_b_is_noisier_and_more_coarsely_sliced():
    roughness = {}
    for site in "AB":
        patient = draw_patient(site_model(site), site, 4, 1)
        grid = scan_grid(patient.acquisition, patient.subject.nodules[0].centre_mm)
        volume = scan_volume_hu(patient.subject, grid, patient.acquisition, patient.rng(1))
        depth = np.broadcast_to(patient.subject.chest.body_depth_mm(grid.x_mm, grid.y_mm), volume.shape)
        air = np.where(depth < -45, volume, np.nan)
        roughness[site] = np.nanstd(air[:, 4:20, 80:120]), float(grid.grid.spacing_mm[2])
    assert roughness["B"][0] > 1.3 * roughness["A"][0]
    assert roughness["B"][1] >= 2.0 > roughness["A"][1]
