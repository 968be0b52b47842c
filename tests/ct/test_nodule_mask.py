"""Voxels to region: centroid, extent, volume, components; and the words that choose among them."""

import numpy as np
import pytest

from ct.nodule_objects import ball_on, centroid_of, grid_of, voxel_centres
from radiogene.ct.geometry import VoxelGrid
from radiogene.ct.nodule.choice import Segment, choose_region
from radiogene.ct.nodule.mask import Components, PlaneStack
from radiogene.errors import NoduleError


def segment_of(mask_kji: np.ndarray, number: int = 1, label: str = "") -> Segment:
    stack = PlaneStack.on_grid(mask_kji, grid_of("axial", mask_kji.shape[::-1]))
    return Segment(number, label, stack.whole, stack.components)


def test_a_single_voxel_of_a_sheared_grid_has_the_determinant_as_volume():
    affine = np.array([[0.8, 0.1, 0.0, 5], [0.0, 0.8, 0.5, -6], [0.0, 0.0, 2.0, 7], [0, 0, 0, 1.0]])
    mask = np.zeros((4, 5, 6), bool)
    mask[1, 2, 3] = True
    region = PlaneStack.on_grid(mask, VoxelGrid(affine, (6, 5, 4))).whole()
    np.testing.assert_allclose(region.centre_lps_mm, (affine @ [3, 2, 1, 1])[:3])
    assert region.volume_ml == pytest.approx(0.8 * 0.8 * 2.0 / 1000)
    np.testing.assert_allclose(region.extent_mm, [0.9, 1.3, 2.0])
    assert region.body.mask_kji.shape == (1, 1, 1)


@pytest.mark.parametrize("offset", [(0, 0, 1), (0, 1, 1), (1, 1, 1), (1, -1, 1)])
def test_voxels_that_share_a_corner_are_one_component(offset):
    mask = np.zeros((6, 6, 6), bool)
    mask[2, 2, 2] = mask[tuple(2 + np.array(offset))] = True
    assert segment_of(mask).components().total == 1
    mask[tuple(2 + np.array(offset))] = False
    mask[tuple(2 + 2 * np.array(offset))] = True
    assert segment_of(mask).components().total == 2


def test_components_come_by_falling_volume_and_keep_their_places():
    grid = grid_of("oblique")
    balls = [
        ball_on(grid, grid.to_lps_mm(centre), radius)
        for centre, radius in (([6, 6, 3], 2.5), ([28, 24, 13], 4.5), ([8, 24, 9], 3.5))
    ]
    components = PlaneStack.on_grid(np.logical_or.reduce(balls), grid).components()
    assert components.total == 3
    for region, ball in zip(components.largest, [balls[1], balls[2], balls[0]], strict=True):
        np.testing.assert_allclose(region.centre_lps_mm, centroid_of(grid, ball), atol=1e-9)
        np.testing.assert_allclose(
            voxel_centres(region.body.grid)[region.body.mask_kji].mean(axis=0), region.centre_lps_mm
        )
        assert region.body.mask_kji.sum() == ball.sum()


def test_a_mask_of_noise_is_counted_but_not_built_in_full():
    mask = np.zeros((30, 30, 30), bool)
    mask[::2, ::2, ::2] = True
    components = segment_of(mask).components()
    assert components.total == 15**3
    assert len(components.largest) == 100
    with pytest.raises(NoduleError, match=r"consists of 3375 separate components.*(?s:.*)and 3365 more"):
        choose_region([segment_of(mask)], None, "noise.nii")


BOX = np.pad(np.ones((2, 2, 2), bool), 1)


@pytest.mark.parametrize(
    ("labels", "wanted", "number"),
    [
        (["a", "b"], "2", 2),
        (["a", "b"], " B ", 2),
        (["2", "b"], "2", 2),
        (["Nodule 1", "Nodule 1.1"], "Nodule 1.1", 2),
        (["Nodule 1", "Nodule 2"], "Nodule 1.1", 1),
        (["a.b", "c"], "a.b.1", 1),
        (["only"], ".1", 1),
    ],
)
def test_words_choose_a_segment(labels, wanted, number):
    segments = [segment_of(BOX, n, label) for n, label in enumerate(labels, start=1)]
    assert choose_region(segments, wanted, "seg.dcm").number == number


@pytest.mark.parametrize("wanted", ["3", "c", ".1", "a.b", "a.2", "1.0", "1.x"])
def test_words_that_fit_nothing_are_refused_with_what_there_is(wanted):
    segments = [segment_of(BOX, 1, "a"), segment_of(BOX, 2, "b")]
    with pytest.raises(NoduleError, match=r"`segment`"):
        choose_region(segments, wanted, "seg.dcm")


def test_two_segments_of_one_label_are_told_apart_by_number():
    segments = [segment_of(BOX, 1, "Nodule"), segment_of(BOX, 2, "Nodule")]
    with pytest.raises(NoduleError, match=r"(?s)fits several segments.*1 \(Nodule\).*2 \(Nodule\)"):
        choose_region(segments, "nodule", "seg.dcm")
    assert choose_region(segments, "2", "seg.dcm").name == "2 (Nodule)"


def test_no_segment_and_no_voxel_mark_no_nodule():
    with pytest.raises(NoduleError, match="marks no nodule"):
        choose_region([], None, "seg.dcm")
    empty = Segment(1, "", lambda: None, lambda: Components(0, ()))
    with pytest.raises(NoduleError, match="marks no nodule"):
        choose_region([empty], None, "seg.dcm")
    with pytest.raises(NoduleError, match="is empty"):
        choose_region([empty], "1", "seg.dcm")
