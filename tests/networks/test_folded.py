"""A network with its normalisations folded away computes what it computed."""

import torch
from torch import nn

from radiogene.networks.convolution import NormalisedConvolution
from radiogene.networks.folded import folded
from radiogene.networks.presets import TINY, build_view_network


def test_a_folded_network_equals_its_original_and_leaves_it_alone():
    torch.manual_seed(0)
    network = build_view_network(TINY)
    images = torch.randn(2, 3, 64, 64)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.2)
            nn.init.normal_(module.bias, 0.0, 0.2)
    with torch.no_grad():
        for _ in range(3):
            network.train()(images)
        network.eval()
        before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        expected = network(images)
        torch.testing.assert_close(folded(network)(images), expected, rtol=1e-4, atol=1e-5)
        assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
        assert torch.equal(network(images), expected)


def test_nothing_is_left_of_the_normalisations():
    network = folded(build_view_network(TINY).eval())
    convolutions = [module for module in network.modules() if isinstance(module, NormalisedConvolution)]
    assert convolutions
    assert all(module.convolution.bias is not None for module in convolutions)
    assert not [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
