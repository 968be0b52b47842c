"""Where the fusion starts: with which patients which views get the weight."""

import numpy as np
import pytest

from radiogene.networks.fusion import START_SLOPE
from radiogene.networks.gene_branch import MUTANT, WILD_TYPE
from radiogene.training.stages.fusion_start import FusionStart, start_weights

VIEWS = 9


def stacked_weights(outputs, labels):
    return start_weights(FusionStart.STACKED, outputs, labels)


def outputs_and_labels(patients, telling, seed=0):
    """Outputs (N, V, 1, 2) of which the first `telling` views know the label (N, 1), the others something else."""
    drawn = np.random.default_rng(seed)
    labels = (drawn.random((patients, 1)) < 0.35).astype(np.int8)
    logits = drawn.normal(size=(patients, VIEWS))
    logits[:, :telling] += 2.5 * labels - 1
    mutant = 1 / (1 + np.exp(-logits))
    outputs = np.empty((patients, VIEWS, 1, 2))
    outputs[:, :, 0, MUTANT], outputs[:, :, 0, WILD_TYPE] = mutant, 1 - mutant
    return outputs, labels


@pytest.mark.parametrize("telling", [1, 3])
def test_views_that_tell_get_the_weight(telling):
    outputs, labels = outputs_and_labels(120, telling)
    weights = stacked_weights(outputs, labels)[0]
    assert weights.shape == (VIEWS, 2)
    assert (weights[:, MUTANT] >= 0).all()
    assert (weights[:, WILD_TYPE] == -weights[:, MUTANT]).all()
    assert weights[:telling, MUTANT].sum() > 0.6 * weights[:, MUTANT].sum()


def test_where_no_view_is_better_they_weigh_alike():
    outputs, labels = outputs_and_labels(60, VIEWS)
    weights = stacked_weights(outputs, labels)[0, :, MUTANT]
    assert weights.max() < 2.5 * weights.mean()


def test_where_every_view_is_the_wrong_way_round_the_average_vote_stays():
    """Weights of at least 0 would all be 0: one probability for everybody, and no view weight to share."""
    outputs, labels = outputs_and_labels(60, VIEWS)
    weights = stacked_weights(outputs, (1 - labels).astype(np.int8))
    assert weights[0, :, MUTANT] == pytest.approx(START_SLOPE / VIEWS)


def test_each_gene_by_its_own_known_patients():
    outputs, labels = outputs_and_labels(120, 1)
    second = np.where(np.arange(120)[:, None] < 118, -1, labels).astype(np.int8)
    both = stacked_weights(np.repeat(outputs, 2, axis=2), np.concatenate([labels, second], axis=1))
    assert np.array_equal(both[0], stacked_weights(outputs, labels)[0])
    assert both[1, :, MUTANT] == pytest.approx(START_SLOPE / VIEWS), "two known patients tell no view from another"


def test_views_that_separate_everybody_get_finite_weights():
    labels = np.array([[0], [1]] * 5, dtype=np.int8)
    outputs = np.repeat(np.stack([1 - labels, labels], axis=-1)[:, None, :, :], VIEWS, axis=1).astype(float)
    weights = stacked_weights(outputs, labels)
    assert np.isfinite(weights).all()
    assert weights[0, :, MUTANT] == pytest.approx(weights[0, 0, MUTANT])


def test_the_best_view_has_all_the_weight():
    outputs, labels = outputs_and_labels(120, 1)
    turned = np.roll(outputs, 4, axis=1)
    weights = start_weights(FusionStart.BEST_VIEW, turned, labels)[0]
    assert np.flatnonzero(weights[:, MUTANT]).tolist() == [4]
    assert weights[4, MUTANT] == -weights[4, WILD_TYPE] > 0


def test_equal_weights_are_the_average_vote():
    outputs, labels = outputs_and_labels(120, 1)
    assert start_weights(FusionStart.EQUAL, outputs, labels)[0, :, MUTANT] == pytest.approx(START_SLOPE / VIEWS)
