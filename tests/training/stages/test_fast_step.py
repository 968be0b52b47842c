"""A step in bf16, and one with the channels last, against the plain step in float32."""

import numpy as np
import pytest
import torch

from radiogene.ct.nine_views import views_named
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import TINY, build_feature_network
from radiogene.networks.standardisation import Standardisation
from radiogene.networks.view_sampling import ViewSampler
from radiogene.training.batches.augmentation import Augmentation
from radiogene.training.batches.batch_plan import BatchPlan
from radiogene.training.batches.dropout_draws import DropoutDraws
from radiogene.training.batches.training_patients import TrainingPatients
from radiogene.training.stages.schedule import StageSchedule
from radiogene.training.stages.stage_input import CubeInput, Draws
from radiogene.training.stages.training_stage import StageName, TrainingStage

NODULES = 6


class PlainOrder(MMDL):
    """The network without a word on the order of channels, as it would be written at first."""

    def features_of_view(self, view, images_bhw):
        return self.view_networks[0](self.grey_to_rgb[0](images_bhw.unsqueeze(1)))


def network_of(kind=MMDL):
    torch.manual_seed(0)
    return kind(("EGFR", "KRAS"), 2, 1, [build_feature_network(TINY)], dropout_keep=0.8)


@pytest.fixture(scope="module")
def batch():
    drawn = np.random.default_rng(0)
    smooth = np.repeat(np.repeat(np.repeat(drawn.integers(-1000, 400, (NODULES, 8, 8, 8)), 8, 1), 8, 2), 8, 3)
    labels = drawn.integers(0, 2, (NODULES, 2)).astype(np.int8)
    clinical = drawn.normal(size=(NODULES, 1)).astype(np.float32)
    patients = TrainingPatients(smooth.astype(np.int16), clinical, labels, range(NODULES))
    return next(iter(patients.loader(BatchPlan(patients.known, NODULES))))


def step(batch, network, *, mixed=False, epoch=0, plain_order=False):
    """Loss and gradient of one training step."""
    draws = Draws(Augmentation(3, 2), DropoutDraws(3, 0.8))
    sampler = ViewSampler(TINY.image_size, views=views_named(("axial", "coronal")))
    stage_input = CubeInput(sampler, Standardisation(-400.0, 500.0), draws)
    stage = TrainingStage(network, StageName.JOINT, StageSchedule(1, 0.1, 1), stage_input)
    if plain_order:
        network.to(memory_format=torch.contiguous_format)
    with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
        loss = stage._loss(stage_input.output(network, batch, epoch), batch)
    loss.backward()
    return loss.detach(), torch.cat([p.grad.flatten() for p in network.parameters()])


@pytest.fixture(scope="module")
def plain(batch):
    return step(batch, network_of(PlainOrder), plain_order=True)


def test_channels_last_give_the_loss_and_gradient_of_the_plain_order(batch, plain):
    network = network_of()
    loss, gradient = step(batch, network)
    weight = network.view_networks[0].stem.second_convolution.convolution.weight
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert not weight.is_contiguous()
    torch.testing.assert_close(loss, plain[0], rtol=1e-5, atol=1e-6)
    assert (gradient - plain[1]).norm() / plain[1].norm() < 0.01


def test_bf16_moves_a_step_far_less_than_another_draw_of_the_augmentation(batch, plain):
    loss, gradient = step(batch, network_of(), mixed=True)
    other_loss, other_gradient = step(batch, network_of(), epoch=1)
    assert loss.dtype == gradient.dtype == torch.float32
    assert loss.item() == pytest.approx(plain[0].item(), rel=5e-3)
    assert abs(loss - plain[0]) < abs(other_loss - plain[0])
    similarity = torch.nn.functional.cosine_similarity
    assert similarity(gradient, plain[1], dim=0) > 0.9
    assert (gradient - plain[1]).norm() < 0.5 * (other_gradient - plain[1]).norm()


# Dynamo's tracing asks tensors of the middle for gradients, and warns of it.
@pytest.mark.long
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning")
def test_a_compiled_network_has_the_gradient_of_the_plain_one_and_is_not_asked_in_evaluation(batch):
    # Another backend than users have: that one wants a C++ compiler and minutes.
    networks = network_of(), network_of()
    calls = []

    def backend(graph, inputs):
        calls.append(len(inputs))
        return graph

    networks[1].compile_for_training(backend)
    (loss, gradient), (compiled_loss, compiled_gradient) = (step(batch, network) for network in networks)
    torch.testing.assert_close(compiled_loss, loss)
    torch.testing.assert_close(compiled_gradient, gradient)
    assert len(calls) == 1
    assert set(networks[1].state_dict()) == set(networks[0].state_dict())
    with torch.no_grad():
        networks[1].eval().view_features(torch.zeros(1, 2, 64, 64))
    assert len(calls) == 1
