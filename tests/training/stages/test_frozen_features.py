"""The branches train on features that a frozen network gives once, and learn what they would over the network."""

import numpy as np
import pytest
import torch

from radiogene.ct.nine_views import views_named
from radiogene.networks.presets import TINY, build_mmdl
from radiogene.networks.standardisation import Standardisation, standardised
from radiogene.networks.view_sampling import ViewSampler
from radiogene.training.batches.augmentation import SYMMETRIES, Augmentation, fixed_transforms
from radiogene.training.batches.dropout_draws import DropoutDraws
from radiogene.training.batches.training_patients import PatientBatch
from radiogene.training.stages.frozen_features import frozen_features
from radiogene.training.stages.schedule import SCHEDULES
from radiogene.training.stages.stage_input import Draws, FeatureInput

SHIFTS = ((0.0, 0.0), (2.0, -3.0))
STANDARDISATION = Standardisation(-400.0, 500.0)
VIEWS = ("axial", "coronal")


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return build_mmdl(TINY, ("EGFR", "KRAS"), clinical_count=1, views=2).eval()


@pytest.fixture(scope="module")
def cubes():
    return np.random.default_rng(0).integers(-1000, 400, (3, 64, 64, 64)).astype(np.int16)


def sampler():
    return ViewSampler(TINY.image_size, views=views_named(VIEWS))


@pytest.fixture(scope="module")
def features(network, cubes, tmp_path_factory):
    path = tmp_path_factory.mktemp("features") / "features.npy"
    return frozen_features(path, network, sampler(), STANDARDISATION, cubes, SHIFTS)


@pytest.mark.parametrize(("shift", "symmetry"), [(0, 0), (0, 5), (1, 0), (1, 7)])
def test_each_variant_is_the_feature_of_the_turned_and_shifted_view(network, cubes, features, shift, symmetry):
    views = sampler()(torch.from_numpy(cubes), fixed_transforms(3, 2, symmetry, SHIFTS[shift]))
    with torch.inference_mode():
        expected = network.view_features(standardised(views, STANDARDISATION)).numpy()
    np.testing.assert_allclose(features[:, SYMMETRIES * shift + symmetry], expected, rtol=1e-4, atol=1e-5)
    assert features.shape == (3, 16, 2, network.feature_count)


def test_training_takes_a_drawn_variant_of_each_view_and_validation_the_view_as_it_is(network, features):
    batch = PatientBatch(
        torch.from_numpy(np.array(features)),
        torch.zeros(3, 1),
        torch.zeros(3, 2),
        torch.ones(3, 2, dtype=torch.bool),
        torch.tensor([3, 3]),
        torch.tensor([4, 5, 6]),
    )
    stage_input = FeatureInput(Draws(Augmentation(7, 2), DropoutDraws(7, 1.0)))
    plain = stage_input.output(network, batch, None)
    torch.testing.assert_close(
        plain.fused_logits, network.from_features(batch.inputs[:, 0], batch.clinical).fused_logits
    )
    chosen = Augmentation(7, 2).draw_variants(2, [4, 5, 6], 16)
    assert len(set(chosen.flatten().tolist())) > 1
    picked = torch.stack([batch.inputs[n, chosen[n], [0, 1]] for n in range(3)])
    drawn = stage_input.output(network, batch, 2)
    torch.testing.assert_close(drawn.fused_logits, network.from_features(picked, batch.clinical).fused_logits)
    assert not torch.allclose(drawn.fused_logits, plain.fused_logits)


def test_a_file_that_is_there_is_read_and_not_computed_again(network, cubes, features, tmp_path):
    path = tmp_path / "features.npy"
    np.save(path, np.zeros((1, 1, 1, 1), dtype=np.float32))
    assert frozen_features(path, network, sampler(), STANDARDISATION, cubes, SHIFTS).shape == (1, 1, 1, 1)


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=list(SCHEDULES))
def test_every_schedule_begins_with_the_view_as_it_is_and_stays_within_the_largest_shift(schedule):
    assert schedule.branch_shifts_mm[0] == (0.0, 0.0)
    assert np.abs(schedule.branch_shifts_mm).max() <= 4.0
