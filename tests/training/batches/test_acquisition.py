"""Cubes as other scanners show them: drawn by seed, epoch and nodule, and nothing but the input changes."""

import numpy as np
import torch

from radiogene.training.batches.acquisition import AcquisitionAugmentation


def cubes() -> torch.Tensor:
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.integers(-1024, 400, (3, 64, 64, 64)).astype(np.int16))


def test_draws_depend_on_seed_epoch_and_nodule_and_not_on_the_batch():
    augmentation, batch = AcquisitionAugmentation(7), cubes()
    whole = augmentation.changed(batch, 2, [4, 5, 6])
    alone = augmentation.changed(batch[1:2], 2, [5])
    assert torch.equal(whole[1:2], alone)
    assert not torch.equal(whole, augmentation.changed(batch, 3, [4, 5, 6]))
    assert not torch.equal(whole, AcquisitionAugmentation(8).changed(batch, 2, [4, 5, 6]))


def test_the_store_s_cubes_stay_and_most_are_changed():
    batch = cubes()
    before = batch.clone()
    changed = [AcquisitionAugmentation(1).changed(batch[:1], epoch, [0]) for epoch in range(12)]
    assert torch.equal(batch, before)
    assert changed[0].dtype == torch.int16
    assert sum(not torch.equal(each, before[:1]) for each in changed) >= 9
