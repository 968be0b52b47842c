"""The memory of a training step, against what autograd really keeps of networks that are really built."""

from dataclasses import replace

import pytest
import torch

from networks.backbone_names import of_backbones
from radiogene.networks.backbones import INCEPTION_ATTENTION_RESNET
from radiogene.networks.presets import PAPER, TINY, build_mmdl, preset_named
from radiogene.networks.training_memory import kept_bytes, training_memory

GENES = ("EGFR", "KRAS")


@pytest.mark.parametrize("backbone", of_backbones([INCEPTION_ATTENTION_RESNET, "densenet121"]))
@pytest.mark.parametrize("shared", [True, False])
def test_what_is_counted_is_what_a_real_step_keeps(backbone, shared):
    preset = replace(preset_named("tiny", backbone), shared_view_network=shared)
    network = build_mmdl(preset, GENES, 3, views=3).train()
    views = torch.randn(2, 3, preset.image_size, preset.image_size)
    kept = kept_bytes(network, (views, torch.randn(2, 3)))
    counted = training_memory(preset, GENES, 3, 3, True, 2, "sgd")
    assert counted.activation_bytes == pytest.approx(kept, rel=1e-4)
    state = network.state_dict().values()
    assert counted.weight_bytes == sum(tensor.numel() * tensor.element_size() for tensor in state)
    assert counted.gradient_bytes == counted.optimiser_bytes == sum(4 * p.numel() for p in network.parameters())


def test_a_layer_by_hand():
    """A convolution keeps its input, a normalisation its input and two numbers per channel, a ReLU its output."""
    layers = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 1), torch.nn.BatchNorm2d(8), torch.nn.ReLU())
    pixels = 2 * 5 * 5
    assert kept_bytes(layers.train(), (torch.randn(2, 3, 5, 5),)) == 4 * (3 * pixels + 8 * pixels + 2 * 8 + 8 * pixels)


def test_maps_grow_with_the_batch_and_state_with_the_optimiser():
    one, four = (training_memory(TINY, GENES, 3, 9, True, batch, "sgd") for batch in (1, 4))
    assert 3.7 < four.activation_bytes / one.activation_bytes <= 4
    assert four.total_bytes - one.total_bytes == four.activation_bytes - one.activation_bytes
    adamw = training_memory(TINY, GENES, 3, 9, True, 1, "adamw")
    assert adamw.total_bytes - one.total_bytes == one.gradient_bytes


def test_the_papers_step_does_not_fit_in_20_gb_the_plain_way():
    step = training_memory(PAPER, GENES, 3, 9, True, 16, "sgd")
    assert 8.1e9 < step.weight_bytes + step.gradient_bytes + step.optimiser_bytes < 8.3e9
    assert step.total_bytes > 35e9
