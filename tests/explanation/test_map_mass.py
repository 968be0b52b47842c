import numpy as np
import pytest

from radiogene.ct.nine_views import NINE_VIEWS, ViewSampling, cut_views
from radiogene.errors import SettingsError
from radiogene.explanation.map_mass import map_mass, opposite_segment, segment_views
from radiogene.networks.view_sampling import ViewSampler

OFFSETS_MM = np.arange(64) - 31.5


def ball(centre_xyz_mm: tuple[float, float, float], radius_mm: float) -> np.ndarray:
    z, y, x = np.meshgrid(OFFSETS_MM, OFFSETS_MM, OFFSETS_MM, indexing="ij")
    distances = [(axis - c) ** 2 for axis, c in zip((x, y, z), centre_xyz_mm, strict=True)]
    return np.asarray(sum(distances) <= radius_mm**2)


def test_a_map_without_preference_has_the_area_as_its_mass():
    inside = np.random.default_rng(0).random((3, 8, 8)) < 0.2
    mass = map_mass(np.full((3, 8, 8), 0.4), inside)
    assert mass.mass_share == pytest.approx(mass.area_share)
    assert mass.view_mass_shares == pytest.approx(mass.view_area_shares)
    assert mass.area_share == pytest.approx(inside.mean())


def test_by_hand_view_by_view_and_over_all():
    maps = np.zeros((3, 2, 2))
    maps[0] = [[3.0, 1.0], [0.0, 0.0]]
    maps[1] = [[0.0, 0.0], [0.0, 4.0]]
    inside = np.zeros((3, 2, 2), dtype=bool)
    inside[0, 0, 0] = inside[2, 1, 1] = True
    mass = map_mass(maps, inside)
    np.testing.assert_allclose(mass.view_mass_shares, [0.75, 0.0, np.nan])
    np.testing.assert_allclose(mass.view_area_shares, [0.25, 0.0, 0.25])
    assert mass.mass_share == pytest.approx(3 / 8)
    assert mass.area_share == pytest.approx(2 / 12)


def test_an_empty_map_has_no_share():
    mass = map_mass(np.zeros((2, 4, 4)), np.ones((2, 4, 4), dtype=bool))
    assert np.isnan(mass.mass_share)
    assert np.isnan(mass.view_mass_shares).all()


def test_refuses_a_segment_of_other_pixels():
    with pytest.raises(SettingsError, match=r"\(2, 4, 4\) and a segment of shape \(2, 8, 8\)"):
        map_mass(np.zeros((2, 4, 4)), np.zeros((2, 8, 8), dtype=bool))


@pytest.mark.parametrize("centre_mm", [(0.0, 0.0, 0.0), (9.0, -4.0, 0.0)])
def test_a_ball_covers_its_disc_in_the_axial_view(centre_mm):
    radius_mm = 12.0
    inside = segment_views(ball(centre_mm, radius_mm), ViewSampler(64))
    rows, columns = np.nonzero(inside[0])
    # Axial rows run to the back, columns to the left.
    assert OFFSETS_MM[columns].mean() == pytest.approx(centre_mm[0], abs=0.3)
    assert OFFSETS_MM[rows].mean() == pytest.approx(centre_mm[1], abs=0.3)
    assert inside[0].sum() == pytest.approx(np.pi * radius_mm**2, rel=0.03)


@pytest.mark.parametrize("sampling", list(ViewSampling))
def test_is_cut_as_the_network_cuts(sampling):
    segment = ball((7.0, 3.0, -5.0), 11.0)
    inside = segment_views(segment, ViewSampler(32, sampling))
    expected = cut_views(segment.astype(np.float32), 32, sampling, NINE_VIEWS) >= 0.5
    assert (inside != expected).mean() < 1e-3
    assert inside.any(axis=(1, 2)).all()


def test_a_view_that_misses_the_nodule_shows_none_of_it():
    inside = segment_views(ball((0.0, 0.0, 15.0), 8.0), ViewSampler(64))
    assert not inside[0].any()
    assert inside[1].any()


def test_the_opposite_place_is_as_far_from_the_centre():
    opposite = opposite_segment(ball((9.0, -4.0, 6.0), 8.0))
    np.testing.assert_array_equal(opposite, ball((-9.0, 4.0, -6.0), 8.0))
