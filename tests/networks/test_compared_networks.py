"""The networks of Table 6's rows A to D: shapes, what joins, and that every layer learns."""

import pytest
import torch

from radiogene.networks.cnn_3d import CNN3D
from radiogene.networks.densenet_2d import DenseLayer, DenseNet2D
from radiogene.networks.fully_connected_head import FullyConnectedHead
from radiogene.networks.multilevel_residual import MultilevelResidual, ResidualUnit
from radiogene.networks.tile_network import TileNetwork, tile_features

GENES, VALUES, PATIENTS = 2, 3, 4


def networks():
    torch.manual_seed(0)
    cube = {"entry_stride": 2, "hidden": 16, "dropout_keep": 0.8}
    return {
        "cnn-3d": (CNN3D(GENES, VALUES, channels=(4, 8), convolutions=2, **cube), (1, 64, 64, 64)),
        "multilevel": (MultilevelResidual(GENES, VALUES, channels=(4, 8), units=2, **cube), (1, 64, 64, 64)),
        "densenet": (
            DenseNet2D(GENES, VALUES, growth=4, blocks=(2, 2), convolutions=2, dropout_keep=0.8),
            (1, 64, 64),
        ),
    }


@pytest.mark.parametrize("name", list(networks()))
def test_images_and_values_become_one_logit_per_gene(name):
    network, shape = networks()[name]
    images, values = torch.randn(PATIENTS, *shape), torch.randn(PATIENTS, VALUES)
    assert network.features(images).shape == (PATIENTS, network.feature_count)
    logits = network(images, values)
    assert logits.shape == (PATIENTS, GENES)
    logits.square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


@pytest.mark.parametrize("name", list(networks()))
def test_values_that_join_change_the_answer(name):
    network, shape = networks()[name]
    network.eval()
    images = torch.randn(1, *shape)
    with torch.inference_mode():
        without, joined = (network(images, torch.full((1, VALUES), number)) for number in (0.0, 3.0))
    assert not torch.equal(without, joined)


def test_tiles_go_through_inception_at_a_part_of_its_width():
    network = TileNetwork(tile_features(128, 16), GENES, 0.8)
    assert network.feature_count == 2048 // 16
    assert network(torch.randn(2, 3, 128, 128), torch.zeros(2, 0)).shape == (2, GENES)


def test_twenty_convolutions_stand_before_the_plain_ones_at_the_size_of_paper():
    network = DenseNet2D(1, 0, growth=32, blocks=(6, 3), convolutions=4, dropout_keep=0.8)
    convolutions = [layer for layer in network.layers.modules() if isinstance(layer, torch.nn.Conv2d)]
    assert len(convolutions) == 20 + 4
    assert convolutions[20].in_channels == 128 + 3 * 32


def test_features_of_every_level_stand_side_by_side():
    network, _ = networks()["multilevel"]
    network.eval()
    images = torch.randn(1, 1, 64, 64, 64)
    with torch.inference_mode():
        first = network.stages[0](network.entry(images))
        last = network.stages[1](first)
        wanted = torch.cat([first.mean(dim=(2, 3, 4)), last.mean(dim=(2, 3, 4))], dim=1)
        torch.testing.assert_close(network.features(images), wanted)


def test_a_residual_unit_adds_its_input_where_nothing_changes_its_shape():
    unit = ResidualUnit(4, 4, 1).eval()
    torch.nn.init.zeros_(unit.second.convolution.weight)
    features = torch.rand(1, 4, 6, 6, 6)
    torch.testing.assert_close(unit(features), features)


def test_a_dense_layer_keeps_its_input_in_front():
    features = torch.randn(1, 6, 5, 5)
    joined = DenseLayer(6, 4).eval()(features)
    assert joined.shape == (1, 10, 5, 5)
    torch.testing.assert_close(joined[:, :6], features)


def test_dropout_takes_the_draw_that_it_is_given():
    head = FullyConnectedHead(4, 0, (), 1, 0.5)
    torch.nn.init.ones_(head.layers[0].weight)
    kept = torch.tensor([[True, False, True, False]])
    assert head(torch.ones(1, 4), torch.zeros(1, 0), kept).item() == pytest.approx(2 / 0.5)
    assert head.eval()(torch.ones(1, 4), torch.zeros(1, 0), kept).item() == pytest.approx(4)
