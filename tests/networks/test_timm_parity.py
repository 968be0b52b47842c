"""The view network is Inception-ResNet-v2: the same parameters give timm's maps at every stage boundary.

timm itself is asked, pixel by pixel; its maps at some places are also stored beside this file, for machines without it.
"""

import json

import pytest
import torch

from networks.inception_resnet_reference import (
    STAGE_OUTPUTS_FILE,
    known_image,
    known_parameters,
    parameter_shapes,
    probe,
    timm_is_absent,
    timm_network,
    timm_stage_maps,
)
from radiogene.errors import WeightsError
from radiogene.networks.imagenet_parameters import imagenet_names, load_imagenet_parameters
from radiogene.networks.presets import PAPER, TINY, build_view_network
from radiogene.networks.view_network import STAGES

RELATIVE = 1e-4


@pytest.fixture(scope="module")
def shapes():
    return parameter_shapes()


@pytest.fixture(scope="module")
def parameters():
    return known_parameters()


@pytest.fixture(scope="module")
def network(parameters):
    """The paper's view network without masks, with the known parameters."""
    with torch.device("meta"):
        network = build_view_network(PAPER, attention=False)
    network = network.to_empty(device="cpu").eval()
    load_imagenet_parameters(network, parameters)
    return network


@pytest.fixture(scope="module")
def maps(network):
    with torch.no_grad():
        return network.stage_outputs(known_image())


@pytest.mark.parametrize("stage", STAGES)
def test_stage_equals_the_maps_recorded_from_timm(stage, maps):
    expected = json.loads(STAGE_OUTPUTS_FILE.read_text(encoding="utf-8"))["stages"][stage]
    found = probe(maps[stage])
    assert found["shape"] == expected["shape"]
    tolerance = RELATIVE * expected["spread"]
    assert expected["spread"] > 0.01
    assert found["mean"] == pytest.approx(expected["mean"], abs=tolerance)
    assert found["spread"] == pytest.approx(expected["spread"], abs=tolerance)
    assert found["values"] == pytest.approx(expected["values"], rel=RELATIVE, abs=tolerance)


@pytest.mark.skipif(timm_is_absent(), reason="timm and torchvision are not installed; the recorded maps are compared")
def test_stage_equals_timm_at_every_pixel(network, maps, parameters):
    reference = timm_network(parameters)
    expected_maps = timm_stage_maps(reference, known_image())
    assert tuple(expected_maps) == STAGES
    for stage, expected in expected_maps.items():
        error = (maps[stage] - expected).abs().max() / expected.abs().max()
        assert error < RELATIVE, stage
    with torch.no_grad():
        features = network.features(known_image())
        torch.testing.assert_close(features, reference.forward_head(expected, pre_logits=True), rtol=1e-4, atol=1e-5)


def test_every_trunk_parameter_has_one_name_in_the_file(shapes):
    assert len(shapes) == len(set(shapes))
    assert shapes["block8.branch1.2.conv.weight"] == (256, 224, 3, 1)
    assert shapes["repeat_1.19.branch1.1.conv.weight"] == (160, 128, 1, 7)
    assert shapes["mixed_5b.branch3.1.conv.weight"] == (64, 192, 1, 1)
    assert shapes["mixed_7a.branch2.2.bn.running_var"] == (320,)
    assert "repeat_2.9.conv2d.weight" not in shapes


def test_masks_keep_their_parameters(shapes):
    with torch.device("meta"):
        masked = build_view_network(PAPER, attention=True)
    assert set(imagenet_names(masked).values()) == set(shapes)


def small_view_network():
    torch.manual_seed(0)
    return build_view_network(TINY)


def fitting_file(view_network):
    state = view_network.state_dict()
    return {there: torch.full_like(state[here], 1) for here, there in imagenet_names(view_network).items()}


def test_the_classifier_and_absent_step_counters_do_not_matter():
    view_network = small_view_network()
    file = {name: t for name, t in fitting_file(view_network).items() if not name.endswith("num_batches_tracked")}
    masks = {name: t.clone() for name, t in view_network.state_dict().items() if ".mask." in name}
    load_imagenet_parameters(view_network, {**file, "classif.weight": torch.zeros(3, 3)})
    state = view_network.state_dict()
    assert (state["reduction_b.branches.2.1.convolution.weight"] == 1).all()
    assert all(torch.equal(state[name], t) for name, t in masks.items())


def without_one(file):
    del file["conv2d_7b.bn.weight"]


def with_one_more(file):
    file["layer4.0.conv1.weight"] = torch.zeros(1)


def with_another_shape(file):
    file["conv2d_1a.conv.weight"] = torch.zeros(1, 3, 3, 3)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without_one, "conv2d_7b.bn.weight is missing"),
        (with_one_more, "layer4.0.conv1.weight has no place"),
        (with_another_shape, r"conv2d_1a.conv.weight has shape \(1, 3, 3, 3\), expected \(8, 3, 3, 3\)"),
    ],
)
def test_a_file_of_another_network_is_refused_and_changes_nothing(damage, message):
    view_network = small_view_network()
    before = {name: t.clone() for name, t in view_network.state_dict().items()}
    file = fitting_file(view_network)
    damage(file)
    with pytest.raises(WeightsError, match=message):
        load_imagenet_parameters(view_network, file)
    assert all(torch.equal(t, before[name]) for name, t in view_network.state_dict().items())
