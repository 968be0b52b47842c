import numpy as np
import torch

from radiogene.methods.deep.grid_augmentation import GridTransform, drawn_transforms, transformed
from radiogene.methods.deep.patient_images import ImageDraw


def test_axes_are_reordered_then_flipped_then_shifted_and_air_comes_in():
    image = torch.tensor([[[1, 2], [3, 4]]])
    turned = transformed(image, [GridTransform((1, 0), (0,), (0, 0))], -9)
    assert turned.tolist() == [[[2, 4], [1, 3]]]
    shifted = transformed(image, [GridTransform((1, 0), (0,), (1, 0))], -9)
    assert shifted.tolist() == [[[-9, -9], [2, 4]]]
    assert transformed(image, [GridTransform((0, 1), (), (0, -1))], -9).tolist() == [[[2, -9], [4, -9]]]


def test_colours_stay_with_their_pixel():
    image = torch.arange(12).reshape(1, 2, 2, 3)
    turned = transformed(image, [GridTransform((1, 0), (), (0, 0))], 0)
    np.testing.assert_array_equal(turned[0], image[0].permute(1, 0, 2))


def test_a_cube_has_48_ways_and_a_plane_8():
    for axes, ways in ((2, 8), (3, 48)):
        drawn = drawn_transforms(ImageDraw(0, 0, tuple(range(1500))), axes, 0)
        assert len({(how.order, how.flipped) for how in drawn}) == ways
        assert {how.shift for how in drawn} == {(0,) * axes}


def test_draws_follow_seed_epoch_and_image_and_not_the_batch():
    alone = drawn_transforms(ImageDraw(3, 5, (7,)), 3, 4)[0]
    assert drawn_transforms(ImageDraw(3, 5, (1, 7)), 3, 4)[1] == alone
    others = [ImageDraw(4, 5, (7,)), ImageDraw(3, 6, (7,)), ImageDraw(3, 5, (8,))]
    assert all(drawn_transforms(other, 3, 4)[0] != alone for other in others)


def test_shifts_reach_both_ends_and_no_further():
    drawn = drawn_transforms(ImageDraw(0, 0, tuple(range(400))), 2, 4)
    assert {step for how in drawn for step in how.shift} == set(range(-4, 5))
