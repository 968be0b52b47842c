"""Looks at a nodule depend on seed, epoch and nodule alone; those of validation on no epoch."""

import torch

from radiogene.training.pretraining.nodules.pair_draws import LARGEST_GAIN, LARGEST_OFFSET_HU, PairDraws

DRAWS = PairDraws(seed=5, views=9)


def values(looks, row):
    of = looks.transforms
    parts = (looks.views, of.turn_flip.flatten(2), of.shift_mm, looks.gain, looks.offset_hu)
    return torch.cat([part[row].flatten().float() for part in parts])


def test_a_nodule_is_looked_at_the_same_way_in_any_batch():
    together, alone = DRAWS.draw(2, [3, 11, 7]), DRAWS.draw(2, [11])
    assert torch.equal(values(together, 1), values(alone, 0))
    assert not torch.equal(values(together, 0), values(together, 1))
    assert not torch.equal(values(alone, 0), values(DRAWS.draw(3, [11]), 0))
    assert not torch.equal(values(alone, 0), values(PairDraws(6, 9).draw(2, [11]), 0))


def test_validation_looks_the_same_way_in_every_epoch_and_in_no_epoch_of_training():
    assert torch.equal(values(DRAWS.draw(None, [4]), 0), values(DRAWS.draw(None, [4]), 0))
    assert not torch.equal(values(DRAWS.draw(None, [4]), 0), values(DRAWS.draw(0, [4]), 0))


def test_the_two_looks_differ_and_the_jitter_stays_within_its_limits():
    looks = DRAWS.draw(0, range(400))
    assert set(looks.views.flatten().tolist()) == set(range(9))
    assert 0 < (looks.views[:, 0] == looks.views[:, 1]).float().mean() < 0.25
    for found, limit in ((looks.gain - 1, LARGEST_GAIN), (looks.offset_hu, LARGEST_OFFSET_HU)):
        assert 0.9 * limit < found.abs().max() <= limit * 1.0001
        assert abs(float(found.mean())) < 0.1 * limit
