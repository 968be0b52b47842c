import numpy as np
import torch

from radiogene.training.training_patients import EpochSampler, TrainingPatients


def test_unknown_labels_are_masked_and_rows_stay_together():
    cubes = np.zeros((3, 64, 64, 64), dtype=np.int16) + np.arange(3, dtype=np.int16)[:, None, None, None]
    labels = np.array([[1, -1], [0, 1], [-1, 0]], dtype=np.int8)
    patients = TrainingPatients(cubes, np.arange(6, dtype=np.float32).reshape(3, 2), labels, [7, 8, 9])
    batch = patients.collate([2, 0])
    assert batch.cubes_zyx[:, 0, 0, 0].tolist() == [2, 0]
    assert batch.clinical.tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert batch.labels.tolist() == [[0.0, 0.0], [1.0, 0.0]]
    assert batch.known.tolist() == [[False, True], [True, False]]
    assert batch.nodules.tolist() == [9, 7]
    assert batch.labels.dtype == torch.float32


def test_the_order_is_a_function_of_seed_and_epoch_and_goes_on_over_the_stages():
    first = EpochSampler(50, seed=1, first_epoch=0)
    first.set_epoch(3)
    later_stage = EpochSampler(50, seed=1, first_epoch=3)
    assert list(first) == list(later_stage)
    assert sorted(first) == list(range(50))
    first.set_epoch(4)
    assert list(first) != list(later_stage)
    assert list(EpochSampler(50, seed=2, first_epoch=3)) != list(later_stage)
