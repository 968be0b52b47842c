"""The batched sampler against the slow reference, and augmentation against NumPy's flips and rotations."""

import numpy as np
import pytest
import torch

from radiogene.ct.nine_views import NINE_VIEWS, ViewSampling, cut_views
from radiogene.networks.view_sampling import ViewSampler
from radiogene.training.batches.augmentation import Augmentation, fixed_transforms, square_symmetries


def random_cubes(count=2):
    generator = np.random.default_rng(1)
    return generator.integers(-1024, 1500, (count, 64, 64, 64)).astype(np.int16)


@pytest.mark.parametrize("size", [64, 96, 299])
@pytest.mark.parametrize("sampling", list(ViewSampling))
def test_the_batched_sampler_equals_the_reference(size, sampling):
    cubes = random_cubes()
    batched = ViewSampler(size, sampling)(torch.from_numpy(cubes)).numpy()
    for cube, views in zip(cubes, batched, strict=True):
        np.testing.assert_allclose(views, cut_views(cube, size, sampling), atol=0.3)


@pytest.mark.parametrize("symmetry", range(8))
def test_each_symmetry_is_a_flip_or_right_angle_turn_of_the_image(symmetry):
    cubes = torch.from_numpy(random_cubes(1))
    sampler = ViewSampler(64)
    plain = sampler(cubes)[0].numpy()
    turned = sampler(cubes, fixed_transforms(1, 9, symmetry, (0.0, 0.0)))[0].numpy()
    candidates = [np.rot90(f(plain), k, axes=(1, 2)) for f in (lambda v: v, lambda v: v[:, :, ::-1]) for k in range(4)]
    matches = [np.allclose(turned, candidate, atol=0.5) for candidate in candidates]
    assert sum(matches) == 1
    assert matches[0] == (symmetry == 0)


def test_the_eight_symmetries_differ():
    assert len({matrix.tobytes() for matrix in square_symmetries()}) == 8


def test_a_translation_moves_the_image_by_millimetres_and_fills_in_air():
    cubes = torch.from_numpy(random_cubes(1))
    sampler = ViewSampler(64)
    plain = sampler(cubes)[0].numpy()
    moved = sampler(cubes, fixed_transforms(1, 9, 0, (3.0, -2.0)))[0].numpy()
    np.testing.assert_allclose(moved[0, 3:, :-2], plain[0, :-3, 2:], atol=0.5)
    assert (moved[0, :3] == -1024).all()
    assert (moved[0, :, -2:] == -1024).all()
    # On a diagonal, 64 pixels are 64 sqrt 2 mm: sqrt 2 mm move the image by one pixel along it.
    along = sampler(cubes, fixed_transforms(1, 9, 0, (0.0, float(np.sqrt(2)))))[0].numpy()
    np.testing.assert_allclose(along[3, :, 1:], plain[3, :, :-1], atol=0.5)


def test_draws_depend_on_seed_epoch_and_patient_only():
    augmentation = Augmentation(seed=7, views=len(NINE_VIEWS))
    together = augmentation.draw(3, [10, 11, 12])
    alone = augmentation.draw(3, [11])
    assert torch.equal(together.shift_mm[1], alone.shift_mm[0])
    assert torch.equal(together.turn_flip[1], alone.turn_flip[0])
    assert not torch.equal(augmentation.draw(4, [11]).shift_mm, alone.shift_mm)
    assert not torch.equal(Augmentation(seed=8, views=9).draw(3, [11]).shift_mm, alone.shift_mm)
    assert together.shift_mm.abs().max() <= 4.0
    assert len(torch.unique(alone.shift_mm)) == 18
