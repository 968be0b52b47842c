"""MMDL that starts from ImageNet parameters: every view network, and the scale of its images."""

import pytest
import torch

from radiogene.errors import SettingsError, WeightsError
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.imagenet_parameters import imagenet_names
from radiogene.networks.imagenet_start import start_from_imagenet
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import TINY, build_view_network


def mmdl(views=3):
    torch.manual_seed(0)
    return MMDL(("EGFR",), views, 0, [build_view_network(TINY) for _ in range(views)], 0.8)


def parameters_of(view_network):
    state = view_network.state_dict()
    return {there: torch.full_like(state[here], 3) for here, there in imagenet_names(view_network).items()}


def test_every_view_network_is_filled_and_keeps_its_masks():
    network = mmdl()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    start_from_imagenet(network, parameters_of(network.view_networks[0]))
    for name, value in network.state_dict().items():
        if name.startswith("view_networks.") and ".mask." not in name:
            assert (value == 3).all(), name
        elif not name.startswith("grey_to_rgb."):
            assert torch.equal(value, before[name]), name


def test_a_z_score_becomes_as_wide_as_a_photograph():
    network = mmdl()
    start_from_imagenet(network, parameters_of(network.view_networks[0]))
    z_scores = torch.randn(1, 1, 64, 64)
    for grey_to_rgb in network.grey_to_rgb:
        with torch.no_grad():
            torch.testing.assert_close(grey_to_rgb(z_scores), 0.45 * z_scores.expand(1, 3, 64, 64))


def test_a_misfit_changes_nothing():
    network = mmdl()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    parameters = parameters_of(network.view_networks[0])
    del parameters["conv2d_7b.bn.weight"]
    with pytest.raises(WeightsError, match=r"conv2d_7b\.bn\.weight is missing.*`preset` paper"):
        start_from_imagenet(network, parameters)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_another_backbone_is_refused():
    class Other(FeatureNetwork):
        feature_count = 3

        def feature_map(self, images):
            return images

    network = MMDL(("EGFR",), 1, 0, [Other()], 0.8)
    with pytest.raises(SettingsError, match="inception-attention-resnet only"):
        start_from_imagenet(network, {})
