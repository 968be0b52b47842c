"""Batches are a function of seed and epoch, and their parts add up to them."""

from itertools import chain

import numpy as np
import pytest
import torch

from radiogene.networks.losses import branch_loss
from radiogene.training.batches.batch_plan import BatchPart, BatchPlan
from radiogene.training.batches.training_patients import TrainingPatients

LABELS = np.array([[1, -1], [0, 1], [-1, 0], [1, 1], [0, 0]], dtype=np.int8)
KNOWN = LABELS >= 0


def patients():
    cubes = np.zeros((5, 64, 64, 64), dtype=np.int16) + np.arange(5, dtype=np.int16)[:, None, None, None]
    return TrainingPatients(cubes, np.arange(10, dtype=np.float32).reshape(5, 2), LABELS, [7, 8, 9, 10, 11])


def test_unknown_labels_are_masked_and_rows_stay_together():
    part = BatchPart(np.array([2, 0]), np.array([True, True]), np.array([1, 1]))
    batch = patients()[part]
    assert batch.inputs[:, 0, 0, 0].tolist() == [2, 0]
    assert batch.clinical.tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert batch.labels.tolist() == [[0.0, 0.0], [1.0, 0.0]]
    assert batch.known.tolist() == [[False, True], [True, False]]
    assert batch.nodules.tolist() == [9, 7]
    assert batch.labels.dtype == torch.float32


def positions(plan):
    return [part.positions.tolist() for part in plan]


def test_the_order_is_a_function_of_seed_and_epoch_and_goes_on_over_the_stages():
    known = np.ones((50, 2), dtype=bool)
    first = BatchPlan(known, 8, seed=1)
    first.set_epoch(3)
    later_stage = BatchPlan(known, 8, seed=1, first_epoch=3)
    assert positions(first) == positions(later_stage)
    assert sorted(chain.from_iterable(positions(first))) == list(range(50))
    assert len(first) == first.batches == 7
    first.set_epoch(4)
    assert positions(first) != positions(later_stage)
    assert positions(BatchPlan(known, 8, seed=2, first_epoch=3)) != positions(later_stage)


@pytest.mark.parametrize(("parts", "processes"), [(1, 1), (2, 1), (2, 2), (4, 2), (6, 3)])
def test_the_parts_of_all_processes_add_up_to_the_batch_and_its_loss(parts, processes):
    logits = torch.from_numpy(np.random.default_rng(0).normal(size=(5, 9, 2, 2)).astype(np.float32))
    everybody = patients()
    whole = BatchPlan(KNOWN, 3, seed=1)
    cut = [list(BatchPlan(KNOWN, 3, parts=parts, rank=rank, processes=processes, seed=1)) for rank in range(processes)]
    assert {len(own) for own in cut} == {whole.batches * parts // processes}

    def loss(part):
        batch = everybody[part]
        return branch_loss(logits[part.positions], batch.labels, batch.known, known_total=batch.known_total)

    for number, part in enumerate(whole):
        batch = everybody[part]
        expected = branch_loss(logits[part.positions], batch.labels, batch.known)
        each = parts // processes
        pieces = [piece for own in cut for piece in own[number * each : (number + 1) * each]]
        torch.testing.assert_close(torch.stack([loss(piece) for piece in pieces]).sum(), expected)
        counted = sorted(p for piece in pieces for p, yes in zip(piece.positions, piece.counted, strict=True) if yes)
        assert counted == sorted(part.positions.tolist())


def test_no_part_is_empty():
    for part in BatchPlan(KNOWN, 5, parts=8, seed=0):
        assert len(part.positions) >= 1
