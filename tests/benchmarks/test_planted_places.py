"""Planted places: the cause and its distractors differ inside alone, and every view shows them all."""

import numpy as np
import pytest

from harness.planted_places import GENE, RODS, drawn_rods, is_mutant, planted_cube_hu, planted_masks, planted_store
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.explanation.map_mass import segment_views
from radiogene.networks.view_sampling import ViewSampler

pytestmark = pytest.mark.long

SEED = 3


@pytest.fixture(scope="module")
def pairs():
    return [(planted_cube_hu(SEED, number), planted_masks(SEED, number)) for number in range(8)]


def test_every_view_shows_the_cause_and_every_distractor(pairs):
    sampler = ViewSampler(64)
    for number, (_, masks) in enumerate(pairs):
        shown = segment_views(masks.distractors_zyx, sampler).sum(axis=(1, 2))
        rods = RODS - masks.mutant
        assert (shown >= 16 * rods).all(), number
        if masks.mutant:
            assert (segment_views(masks.cause_zyx, sampler).sum(axis=(1, 2)) >= 16).all()
        assert len(drawn_rods(SEED, number)) == RODS


def test_mutants_hold_one_cause_and_wild_types_none_with_the_same_number_of_rods(pairs):
    assert sum(masks.mutant for _, masks in pairs) == len(pairs) / 2
    volumes = [(masks.cause_zyx | masks.distractors_zyx).sum() for _, masks in pairs]
    assert np.ptp(volumes) <= 0.03 * np.mean(volumes)
    for number, (_, masks) in enumerate(pairs):
        assert masks.mutant == is_mutant(SEED, number)
        assert masks.cause_zyx.any() == masks.mutant
        assert not (masks.cause_zyx & masks.distractors_zyx).any()


def test_cause_and_distractors_have_one_mean_and_differ_in_their_grains(pairs):
    means, spreads = {"cause": [], "distractor": []}, {"cause": [], "distractor": []}
    for cube_hu, masks in pairs:
        for kind, mask in (("cause", masks.cause_zyx), ("distractor", masks.distractors_zyx)):
            if mask.any():
                means[kind].append(cube_hu[mask].mean())
                spreads[kind].append(cube_hu[mask].std())
    # The edge of a rod mixes with what lies around it, which differs from place to place.
    assert abs(np.mean(means["cause"]) - np.mean(means["distractor"])) < 15
    assert min(spreads["cause"]) > max(spreads["distractor"]) + 50


def test_the_cause_lies_anywhere_and_not_where_the_distractors_never_are():
    centres = {"cause": [], "distractor": []}
    for number in range(24):
        masks = planted_masks(SEED, number)
        if masks.mutant:
            centres["cause"].append(np.argwhere(masks.cause_zyx).mean(axis=0))
            centres["distractor"].append(np.argwhere(masks.distractors_zyx).mean(axis=0))
    assert np.ptp(centres["cause"], axis=0).min() > 12
    assert np.abs(np.mean(centres["cause"], axis=0) - 31.5).max() < 6


def test_the_store_has_labels_and_all_rods_as_segments_and_goes_on_where_it_was_interrupted(tmp_path):
    planted_store(tmp_path / "store", 2, SEED, workers=1)
    store = planted_store(tmp_path / "store", 4, SEED, workers=1)
    assert [record.row.labels for record in store.records] == [{GENE: int(is_mutant(SEED, n))} for n in range(4)]
    for number in range(4):
        masks = planted_masks(SEED, number)
        assert np.array_equal(store.segment(number), masks.cause_zyx | masks.distractors_zyx)
        assert np.array_equal(store.cube(number), np.rint(planted_cube_hu(SEED, number)))
    assert CubeStore.open(tmp_path / "store").synthetic
