"""Mirroring and cut-outs: exact where they can be, and drawn by image and epoch alone."""

import pytest
import torch

from radiogene.training.pretraining.image_augmentation import ImageAugmentation, cut_out

DRAWS = ImageAugmentation(seed=3, smallest_side=0.7)


def image():
    return torch.arange(2 * 3 * 8 * 8, dtype=torch.float32).reshape(2, 3, 8, 8)


def test_the_whole_image_is_itself_and_its_mirror_image_is_exact():
    same = torch.tensor([[1.0, 0, 0], [0, 1.0, 0]]).expand(2, 2, 3)
    assert torch.allclose(cut_out(image(), same), image(), atol=1e-4)
    mirrored = same * torch.tensor([[-1.0], [1.0]])
    assert torch.allclose(cut_out(image(), mirrored), image().flip(-1), atol=1e-4)


def test_a_quarter_of_the_image_is_cut_out_where_the_draw_says():
    steps = torch.arange(8.0).expand(1, 1, 8, 8)
    right_half = torch.tensor([[[0.5, 0, 0.5], [0, 1.0, 0]]])
    # Eight places a quarter and three quarters of a pixel apart, from column 4 on; the last ends at the border.
    expected = torch.tensor([3.75, 4.25, 4.75, 5.25, 5.75, 6.25, 6.75, 7.0])
    assert torch.allclose(cut_out(steps, right_half)[0, 0, 0], expected, atol=1e-5)


def test_a_draw_depends_on_seed_epoch_and_image_and_not_on_its_neighbours():
    together = DRAWS.draw(2, [5, 9, 7])
    assert torch.equal(DRAWS.draw(2, [7]), together[2:])
    assert not torch.equal(DRAWS.draw(3, [7]), together[2:])
    assert not torch.equal(ImageAugmentation(4, 0.7).draw(2, [7]), together[2:])


def test_cut_outs_stay_inside_the_image_and_half_of_them_are_mirrored():
    maps = DRAWS.draw(0, range(2000))
    sides, centres = torch.stack([maps[:, 0, 0], maps[:, 1, 1]], dim=1), maps[:, :, 2]
    assert (sides.abs() + centres.abs() <= 1 + 1e-6).all()
    assert sides.abs().min() >= 0.7
    assert (maps[:, 0, 1] == 0).all()
    assert (maps[:, 1, 0] == 0).all()
    assert (sides[:, 1] > 0).all()
    assert (sides[:, 0] < 0).float().mean().item() == pytest.approx(0.5, abs=0.04)
