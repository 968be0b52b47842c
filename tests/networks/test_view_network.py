"""The view network: sizes of its maps, its names, and its settings."""

from dataclasses import replace

import pytest
import torch

from radiogene.errors import SettingsError
from radiogene.networks.convolution import LayerStyle, Padding
from radiogene.networks.presets import PAPER, PRESETS, SMALL, TINY, build_view_network
from radiogene.networks.stem import StemStrides
from radiogene.networks.view_network import STAGES, StageCounts, ViewNetwork, ViewNetworkSettings

EXPECTED_MAPS = {
    "paper": {"stem": 35, "reduction_a": 17, "reduction_b": 8, "final_convolution": 8},
    "small": {"stem": 24, "reduction_a": 12, "reduction_b": 6, "final_convolution": 6},
    "tiny": {"stem": 8, "reduction_a": 4, "reduction_b": 4, "final_convolution": 4},
}


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_sizes_of_the_maps(preset):
    with torch.device("meta"):
        network = build_view_network(preset).eval()
        outputs = network.stage_outputs(torch.empty(1, 3, preset.image_size, preset.image_size))
    assert tuple(outputs) == STAGES
    sizes = {stage: tuple(output.shape[-2:]) for stage, output in outputs.items()}
    assert {stage: sizes[stage] for stage in EXPECTED_MAPS[preset.name]} == {
        stage: (side, side) for stage, side in EXPECTED_MAPS[preset.name].items()
    }
    for letter, before in (("a", "stem"), ("b", "reduction_a"), ("c", "reduction_b")):
        assert outputs[f"attention_{letter}"].shape == outputs[before].shape


def test_channels_at_width_1_are_the_original_ones():
    with torch.device("meta"):
        outputs = build_view_network(PAPER).eval().stage_outputs(torch.empty(1, 3, 299, 299))
    channels = {stage: output.shape[1] for stage, output in outputs.items()}
    assert channels["stem"] == channels["attention_a"] == 320
    assert channels["reduction_a"] == channels["attention_b"] == 1088
    assert channels["reduction_b"] == channels["attention_c"] == 2080
    assert channels["final_convolution"] == 1536


@pytest.mark.parametrize("original", [32, 48, 64, 80, 96, 128, 160, 192, 224, 256, 288, 320, 384, 1536])
def test_width_scales_channels_in_steps_of_8(original):
    assert LayerStyle().channels(original) == original
    assert LayerStyle(width=0.5).channels(original) == original // 2
    assert LayerStyle(width=0.01).channels(original) in (8, 16)


def test_features_are_the_average_of_the_last_map_and_stages_are_reachable():
    torch.manual_seed(0)
    network = build_view_network(TINY).eval()
    images = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        outputs = network.stage_outputs(images)
        assert torch.equal(network.feature_map(images), outputs["final_convolution"])
        average = outputs["final_convolution"].sum(dim=(2, 3)) / 16
        torch.testing.assert_close(network.features(images), average)
        assert torch.equal(network.stage("reduction_a")(outputs["attention_a"]), outputs["reduction_a"])
    assert network.feature_count == average.shape[1]
    with pytest.raises(SettingsError, match="expected one of stem, attention_a"):
        network.stage("mixed_6a")


@pytest.mark.parametrize("size", [75, 83, 97])
@pytest.mark.parametrize("padding", Padding)
def test_odd_images_pass_through_all_stages(size, padding):
    settings = ViewNetworkSettings(LayerStyle(0.05, padding), StemStrides(2, 2, 2), units=StageCounts(1, 1, 1))
    with torch.no_grad():
        features = ViewNetwork(settings).eval()(torch.randn(1, 3, size, size))
    assert torch.isfinite(features).all()


def test_without_attention_no_mask_is_built_and_nothing_else_differs():
    torch.manual_seed(0)
    with_masks = build_view_network(TINY)
    without = build_view_network(TINY, attention=False)
    trunk = {name: t for name, t in with_masks.state_dict().items() if ".mask." not in name}
    assert len(trunk) < len(with_masks.state_dict())
    without.load_state_dict(trunk, strict=True)
    images = torch.randn(2, 3, 64, 64)
    with_masks.eval()
    without.eval()
    with torch.no_grad():
        assert not torch.equal(with_masks(images), without(images))
        with_masks.mask_enabled = False
        assert torch.equal(with_masks(images), without(images))
    assert not with_masks.mask_enabled
    assert not without.mask_enabled


def test_impossible_sizes_are_refused():
    with pytest.raises(SettingsError, match="expected 1 to 100 units"):
        replace(SMALL.view_network, units=StageCounts(1, 0, 1))
    with pytest.raises(SettingsError, match="expected a factor"):
        replace(SMALL.view_network, style=LayerStyle(width=0.0))
