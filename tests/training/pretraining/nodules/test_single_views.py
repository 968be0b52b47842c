"""A single view is the one that all views together have, with and without augmentation."""

import torch

from radiogene.ct.nine_views import view_names_of, views_named
from radiogene.networks.presets import TINY
from radiogene.networks.standardisation import Standardisation
from radiogene.networks.view_sampling import ViewSampler
from radiogene.training.batches.augmentation import Augmentation
from radiogene.training.pretraining.nodules.single_views import SingleViews, network_images

NAMES = view_names_of(fields_mm=TINY.fields_mm)
VIEWS = torch.tensor([8, 0, 12, 0, 17])


def cubes():
    return torch.randint(-1000, 400, (5, 64, 64, 64), generator=torch.Generator().manual_seed(1), dtype=torch.int16)


def test_they_are_those_of_all_views():
    single, row = SingleViews(TINY, NAMES), torch.arange(5)
    whole = ViewSampler(TINY.image_size, views=views_named(NAMES))
    assert torch.equal(single(cubes(), VIEWS), whole(cubes())[row, VIEWS])
    drawn = Augmentation(seed=2, views=len(NAMES), largest_depth_mm=3.0).draw(3, [4, 7, 1, 0, 2])
    own = drawn.at((row[:, None], VIEWS[:, None]))
    assert torch.equal(single(cubes(), VIEWS, own), whole(cubes(), drawn)[row, VIEWS])


def test_the_network_sees_three_equal_standardised_channels():
    views_hu = torch.tensor([[[-400.0, 0.0], [200.0, -800.0]]])
    images = network_images(views_hu, Standardisation(-400.0, 200.0))
    assert images.shape == (1, 3, 2, 2)
    assert all(torch.equal(images[0, channel], torch.tensor([[0.0, 2.0], [3.0, -2.0]])) for channel in range(3))
