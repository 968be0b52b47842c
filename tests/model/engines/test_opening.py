"""The first layers of a network stay in float32 in every precision, and nothing else changes by that."""

import numpy as np
import openvino
import pytest
import torch
from openvino import opset13
from torch import nn

from radiogene.model.engines.engine_choice import EngineName, Precision
from radiogene.model.engines.openvino_opening import parted
from radiogene.model.engines.openvino_trunk import openvino_trunk, read_openvino
from radiogene.model.engines.pytorch_engine import PytorchBf16Engine
from radiogene.model.engines.trunk import OPENING_CONVOLUTIONS
from radiogene.model.engines.trunk_graph import trunk_graphs
from radiogene.networks.presets import TINY, build_mmdl

VIEWS = 2


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(1)
    return build_mmdl(TINY, ("EGFR",), 0, views=VIEWS).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def model(network):
    (graph,) = trunk_graphs(network, TINY.image_size, EngineName.OPENVINO)
    return read_openvino(openvino.Core(), graph)


@pytest.fixture
def images():
    return torch.randn(VIEWS, 1, TINY.image_size, TINY.image_size, generator=torch.Generator().manual_seed(2)).numpy()


def convolutions(model):
    return [layer.get_friendly_name() for layer in model.get_ordered_ops() if layer.get_type_name() == "Convolution"]


def computed(model, images, precision="f32"):
    settings = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": 1}
    return openvino.Core().compile_model(model, "CPU", settings)(images)[0]


def test_a_graph_is_parted_behind_its_opening_and_the_parts_compute_what_it_computes(model, images):
    before = convolutions(model)
    opening, rest = parted(model)
    assert convolutions(opening) == before[:OPENING_CONVOLUTIONS]
    assert convolutions(rest) == before[OPENING_CONVOLUTIONS:]
    assert convolutions(model) == before
    found, whole = computed(rest, computed(opening, images)), computed(model, images)
    np.testing.assert_allclose(found, whole, rtol=1e-5, atol=1e-5 * float(np.abs(whole).max()))


def test_a_graph_whose_input_is_read_again_at_its_end_stays_whole():
    given = opset13.parameter([1, 4, 8, 8], np.float32)
    weights = np.random.default_rng(0).random((4, 4, 1, 1), dtype=np.float32)
    layer = given
    for _ in range(OPENING_CONVOLUTIONS + 2):
        layer = opset13.convolution(layer, opset13.constant(weights), [1, 1], [0, 0], [0, 0], [1, 1])
    (whole,) = parted(openvino.Model([opset13.add(layer, given)], [given]))
    assert len(convolutions(whole)) == OPENING_CONVOLUTIONS + 2


def test_bf16_is_that_of_the_layers_behind_the_opening_alone(model, images):
    if "BF16" not in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        pytest.skip("the processor has no bf16")
    opening, rest = parted(model)
    wanted = computed(rest, computed(opening, images), "bf16")
    found = openvino_trunk(model, Precision.BF16, 1)(images)
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6)
    assert not np.allclose(found, computed(model, images, "bf16"), rtol=1e-6, atol=1e-6)


def test_pytorchs_layers_are_bf16_behind_the_opening_and_the_networks_own_stay_float32(network):
    engine = PytorchBf16Engine([network])
    (twin,) = engine._networks
    types = [
        layer.weight.dtype
        for part in (*twin.grey_to_rgb, *twin.view_networks)
        for layer in part.modules()
        if isinstance(layer, nn.Conv2d)
    ]
    assert types[:OPENING_CONVOLUTIONS] == [torch.float32] * OPENING_CONVOLUTIONS
    assert set(types[OPENING_CONVOLUTIONS:]) == {torch.bfloat16}
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}
    assert engine.view_features(0, torch.randn(1, VIEWS, TINY.image_size, TINY.image_size)).dtype == torch.float32
