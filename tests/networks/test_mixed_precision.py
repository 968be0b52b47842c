"""Positions, branches and fusion are float32 where the view network computes in bf16."""

import pytest
import torch

from radiogene.ct.nine_views import NINE_VIEWS
from radiogene.networks.fully_connected_head import FullyConnectedHead
from radiogene.networks.mixed_precision import is_mixed
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import TINY, build_feature_network
from radiogene.networks.view_sampling import ViewSampler
from radiogene.training.batches.augmentation import Augmentation
from radiogene.training.pretraining.image_augmentation import ImageAugmentation, cut_out

CPU = torch.device("cpu")


def bf16():
    return torch.autocast("cpu", torch.bfloat16)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return MMDL(("EGFR", "KRAS"), 2, 3, [build_feature_network(TINY)], dropout_keep=1.0).eval()


@pytest.fixture(scope="module")
def images():
    return torch.randn(2, 2, 64, 64, generator=torch.Generator().manual_seed(1))


def test_it_is_known_whether_mixed_precision_is_on():
    assert not is_mixed(CPU)
    with bf16():
        assert is_mixed(CPU)
        assert not is_mixed(torch.device("meta"))


def test_views_are_cut_at_the_same_places():
    # 96 pixels: at a power of two the positions happen to be whole multiples of what bf16 can tell apart.
    sampler = ViewSampler(96, views=NINE_VIEWS[4:6])
    cubes = torch.randint(-1000, 400, (2, 64, 64, 64), generator=torch.Generator().manual_seed(0)).short()
    transforms = Augmentation(0, 2).draw(0, [0, 1])
    with bf16():
        mixed = sampler(cubes, transforms)
    assert torch.equal(mixed, sampler(cubes, transforms))


def test_photographs_are_cut_out_at_the_same_places():
    images = torch.rand(2, 3, 30, 30, generator=torch.Generator().manual_seed(0))
    maps = ImageAugmentation(0, 0.6).draw(0, [0, 1])
    with bf16():
        mixed = cut_out(images, maps)
    assert torch.equal(mixed, cut_out(images, maps))


def test_heads_and_fusion_take_bf16_features_and_compute_in_float32(network, images):
    clinical = torch.tensor([[0.3, 1.0, 0.0], [-1.2, 0.0, 1.0]])
    with bf16(), torch.no_grad():
        features = network.view_features(images)
        output = network(images, clinical)
        expected = network.fusion(network.branch_logits(features.float(), clinical))
    assert features.dtype == torch.bfloat16
    assert output.branch_logits.dtype == output.fused_logits.dtype == torch.float32
    with torch.no_grad():
        exact = network.from_features(features.float(), clinical)
    assert torch.equal(output.branch_logits, exact.branch_logits)
    assert torch.equal(output.fused_logits, exact.fused_logits)
    # Without the rule they would have been rounded, so this test can fail.
    assert expected.dtype == torch.bfloat16


def test_bf16_features_are_those_of_float32_within_its_eight_bits(network, images):
    with torch.no_grad():
        exact = network.view_features(images)
        with bf16():
            rounded = network.view_features(images).float()
    assert (rounded - exact).norm() / exact.norm() < 0.02


def test_the_head_of_a_compared_network_is_float32_too():
    torch.manual_seed(0)
    head = FullyConnectedHead(8, 2, (4,), 2, 1.0).eval()
    features, values = torch.randn(3, 8).bfloat16(), torch.randn(3, 2)
    with bf16(), torch.no_grad():
        logits = head(features, values)
    with torch.no_grad():
        assert torch.equal(logits, head(features.float(), values))
