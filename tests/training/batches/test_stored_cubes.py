"""Cubes that stay in their store are read as if they were in memory."""

import numpy as np
import pytest

from radiogene.training.batches import stored_cubes
from radiogene.training.batches.batch_plan import BatchPlan
from radiogene.training.batches.stored_cubes import StoredCubes, cubes_of
from radiogene.training.batches.training_patients import TrainingPatients

INDEX = (7, 2, 11, 5, 20)


@pytest.fixture
def held(synthetic_store):
    return synthetic_store.cubes()[list(INDEX)]


@pytest.fixture
def stored(synthetic_store):
    return StoredCubes(synthetic_store, INDEX)


def test_they_are_indexed_and_iterated_as_the_array_is(stored, held):
    assert len(stored) == len(held)
    for chosen in (np.array([3, 0, 3]), slice(1, 3), slice(4, 9), slice(None)):
        np.testing.assert_array_equal(stored[chosen], held[chosen])
    np.testing.assert_array_equal(np.stack(list(stored)), held)


def test_only_a_cohort_that_is_large_is_left_in_the_store(synthetic_store, held, monkeypatch):
    np.testing.assert_array_equal(cubes_of(synthetic_store, INDEX), held)
    monkeypatch.setattr(stored_cubes, "HELD_IN_MEMORY", len(INDEX) - 1)
    assert isinstance(cubes_of(synthetic_store, INDEX), StoredCubes)


def test_a_batch_reads_its_own_cubes_only(synthetic_store, held):
    class Counted:
        def __init__(self):
            self.asked = []

        def cube(self, index):
            self.asked.append(index)
            return synthetic_store.cube(index)

    source = Counted()
    labels = np.array([[1], [0], [1], [-1], [0]], dtype=np.int8)
    clinical = np.arange(5, dtype=np.float32)[:, None]
    chosen = np.array([4, 1, 2])
    patients = TrainingPatients(StoredCubes(source, INDEX), clinical, labels, INDEX, chosen)
    batches = list(patients.loader(BatchPlan(patients.known, batch=2)))
    assert source.asked == [20, 2, 11]
    first = batches[0]
    np.testing.assert_array_equal(first.inputs.numpy(), held[[4, 1]])
    assert first.clinical[:, 0].tolist() == [4.0, 1.0]
    assert first.labels[:, 0].tolist() == [0.0, 0.0]
    assert first.nodules.tolist() == [20, 2]
    in_memory = TrainingPatients(held, clinical, labels, INDEX, chosen)
    for batch, expected in zip(batches, in_memory.loader(BatchPlan(patients.known, batch=2)), strict=True):
        for found, wanted in zip(batch, expected, strict=True):
            np.testing.assert_array_equal(found.numpy(), wanted.numpy())
