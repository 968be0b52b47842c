"""The contract that every registered backbone keeps; a new one is tested by existing."""

import sys
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import nn

from networks.backbone_names import every_backbone, needs_timm, of_backbones
from radiogene.errors import SettingsError
from radiogene.explanation.activation_maps import activation_maps
from radiogene.networks.backbones import BACKBONES, INCEPTION_ATTENTION_RESNET, backbone_named
from radiogene.networks.presets import PRESETS, TINY, build_feature_network, build_mmdl, preset_named
from radiogene.networks.reduced_width import divide_channels
from radiogene.networks.timm_network import SMALLEST_ACTIVATION_MAP, SMALLEST_LAST_MAP, children_of, timm_network
from radiogene.networks.view_network import ViewNetwork

TIMM_NAMES = {
    "vgg16": "vgg16",
    "resnet50": "resnet50",
    "densenet121": "densenet121",
    "inception-v3": "inception_v3",
    "inception-resnet-v2": "inception_resnet_v2",
}

PUBLISHED_PARAMETERS = {
    "vgg16": 14_714_688,
    "resnet50": 23_508_032,
    "densenet121": 6_953_856,
    "inception-v3": 21_785_568,
    "inception-resnet-v2": 54_306_464,
}
"""Without classifier, and for VGG16 without its two fully connected layers of 4096."""

timm_backbone = pytest.mark.parametrize("backbone", of_backbones(TIMM_NAMES))
GENES = ("EGFR", "KRAS")


def network_of(backbone, preset="tiny"):
    torch.manual_seed(0)
    return build_feature_network(preset_named(preset, backbone))


def with_settled_statistics(network, images):
    """The network with running statistics of some images, as a trained one has; in evaluation mode."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
    network.train()
    with torch.no_grad():
        network(images)
    return network.eval()


def test_the_papers_networks_are_there_and_its_own_is_the_default():
    assert set(BACKBONES) >= {INCEPTION_ATTENTION_RESNET, *TIMM_NAMES}
    assert TINY.backbone == INCEPTION_ATTENTION_RESNET
    assert isinstance(build_feature_network(TINY), ViewNetwork)
    with pytest.raises(SettingsError, match=r"No backbone 'vgg17': expected one of inception-attention-resnet, vgg16"):
        preset_named("tiny", "vgg17")


@every_backbone
@pytest.mark.parametrize("preset", PRESETS)
def test_maps_are_large_enough_at_every_presets_size(backbone, preset):
    sizes = preset_named(preset, backbone)
    with torch.device("meta"), torch.no_grad():
        network = build_feature_network(sizes).eval()
        images = torch.empty(2, 3, sizes.image_size, sizes.image_size)
        last, looked_at = network.feature_map(images), network.activation_map(images)
        features = network.features_of_map(looked_at)
    assert last.shape[:2] == (2, network.feature_count)
    assert min(last.shape[-2:]) >= SMALLEST_LAST_MAP
    # The paper's own is looked at where it ends: behind the attention, whose map has 4 pixels a side at `tiny`.
    smallest = 4 if backbone == INCEPTION_ATTENTION_RESNET else SMALLEST_ACTIVATION_MAP
    assert min(looked_at.shape[-2:]) >= smallest
    assert features.shape == (2, network.feature_count)
    if preset == "paper" or backbone == INCEPTION_ATTENTION_RESNET:
        assert looked_at.shape == last.shape


@every_backbone
def test_images_to_features_and_gradients_back(backbone):
    network, images = network_of(backbone).train(), torch.randn(2, 3, 64, 64)
    features = network(images)
    assert features.shape == (2, network.feature_count)
    features.square().mean().backward()
    gradients = [parameter.grad for parameter in network.parameters()]
    assert all(gradient is not None and torch.isfinite(gradient).all() for gradient in gradients)
    assert gradients[0].abs().max() > 0


@every_backbone
def test_the_map_that_is_looked_at_leads_to_the_features(backbone):
    network = with_settled_statistics(network_of(backbone), torch.randn(4, 3, 64, 64))
    with torch.no_grad():
        images = torch.randn(2, 3, 64, 64)
        features = network(images)
        assert features.std() > 0
        torch.testing.assert_close(network.features_of_map(network.activation_map(images)), features)
        torch.testing.assert_close(network.feature_map(images).mean(dim=(2, 3)), features)


@every_backbone
def test_a_whole_network_is_explained_and_saved(backbone):
    torch.manual_seed(0)
    # One of them with networks of the views' own.
    preset = replace(preset_named("tiny", backbone), shared_view_network=backbone != "densenet121")
    build = partial(build_mmdl, preset, GENES, 2, views=2)
    network = build().eval()
    views, clinical = torch.randn(1, 2, 64, 64), torch.randn(1, 2)
    found = activation_maps(network, views, clinical, gene_index=1)
    assert found.maps_vhw.shape == (2, 64, 64)
    assert found.is_empty or found.maps_vhw.max() == 1.0
    with torch.device("meta"):
        again = build()
    again = again.to_empty(device="cpu").eval()
    again.load_state_dict(network.state_dict(), strict=True)
    with torch.no_grad():
        first, second = network(views, clinical), again(views, clinical)
    assert torch.isfinite(first.fused_logits).all()
    assert torch.equal(first.branch_logits, second.branch_logits)


@every_backbone
def test_the_same_seed_gives_the_same_weights(backbone):
    first, second = network_of(backbone).state_dict(), network_of(backbone).state_dict()
    assert all(torch.equal(value, second[key]) for key, value in first.items())
    assert all(torch.isfinite(value).all() for value in first.values())


@every_backbone
def test_no_memory_is_taken_on_the_meta_device(backbone):
    with torch.device("meta"):
        network = build_mmdl(preset_named("paper", backbone), GENES, 3, views=2)
    assert all(value.is_meta for value in network.state_dict().values())
    assert len(network.view_networks) == 2


@timm_backbone
def test_parameters_are_the_published_ones(backbone):
    with torch.device("meta"):
        network = build_feature_network(preset_named("paper", backbone))
    assert sum(parameter.numel() for parameter in network.parameters()) == PUBLISHED_PARAMETERS[backbone]


@needs_timm
@pytest.mark.parametrize(("backbone", "size"), [*[(name, 107) for name in TIMM_NAMES], ("inception-v3", 64)])
def test_timm_gives_the_same_last_map(backbone, size):
    """The stages leave out nothing and add nothing; at 64 pixels timm's own first step is taken out as ours is."""
    from timm import create_model

    network = with_settled_statistics(
        build_feature_network(replace(preset_named("paper", backbone), image_size=size)), torch.randn(4, 3, size, size)
    )
    with torch.device("meta"):
        reference = create_model(TIMM_NAMES[backbone], pretrained=False, num_classes=0)
    ours = {key.removeprefix("stages."): value for key, value in network.state_dict().items()}
    wanted = [key for key in reference.state_dict() if not key.startswith("pre_logits.")]
    assert len(wanted) == len(ours)
    reference.load_state_dict(dict(zip(wanted, ours.values(), strict=True)), strict=False, assign=True)
    first = next(layer for layer in reference.modules() if isinstance(layer, nn.Conv2d))
    first.stride = next(layer for layer in network.modules() if isinstance(layer, nn.Conv2d)).stride
    images = torch.randn(2, 3, size, size)
    with torch.no_grad():
        expected = reference.eval().forward_features(images)
        torch.testing.assert_close(network.feature_map(images), expected)
    assert expected.std() > 0


@timm_backbone
@pytest.mark.parametrize("preset", ["small", "tiny"])
def test_smaller_presets_have_the_same_layers_with_a_part_of_the_channels(backbone, preset):
    divisor = 2 if preset == "small" else 16 if backbone == "inception-resnet-v2" else 8
    with torch.device("meta"):
        narrow, full = (build_feature_network(preset_named(name, backbone)) for name in (preset, "paper"))
    assert narrow.channel_divisor == divisor
    assert narrow.feature_count * divisor == full.feature_count
    wanted = {name: shape_of(value) for name, value in full.state_dict().items()}
    found = {name: shape_of(value) for name, value in narrow.state_dict().items()}
    assert list(found) == list(wanted)
    for name, shape in wanted.items():
        channels, window = shape[:2], shape[2:]
        assert found[name] == (*(n if n == 3 else n // divisor for n in channels), *window), name


def shape_of(tensor):
    return tuple(tensor.shape)


@timm_backbone
def test_the_first_step_is_taken_out_of_the_two_inception_networks_at_the_smaller_presets_only(backbone):
    with torch.device("meta"):
        taken_out = {name: build_feature_network(preset_named(name, backbone)).first_step_taken_out for name in PRESETS}
    inception = backbone.startswith("inception")
    assert taken_out == {"paper": False, "small": inception, "tiny": inception}


def test_what_cannot_be_made_narrower_is_refused():
    with pytest.raises(SettingsError, match="30 channels cannot be divided by 8"):
        divide_channels(nn.Conv2d(3, 30, 1), 8)
    with pytest.raises(SettingsError, match="convolution in 4 groups"):
        divide_channels(nn.Conv2d(8, 8, 1, groups=4), 2)
    with pytest.raises(SettingsError, match="Channels divided by 0"):
        replace(TINY, channel_divisor=0)


@needs_timm
@pytest.mark.parametrize("backbone", ["vgg16", "inception-v3"])
def test_images_that_are_too_small_are_refused(backbone):
    with pytest.raises(SettingsError, match=r"Images of 32 pixels are too small for \w+: expected .* 2 x 2"):
        build_feature_network(replace(preset_named("tiny", backbone), image_size=32))


@needs_timm
def test_attention_changes_nothing_where_there_are_no_masks():
    preset = preset_named("tiny", "vgg16")
    assert not preset.has_masks
    assert preset_named("tiny").has_masks
    with torch.device("meta"):
        with_masks, without = (build_mmdl(preset, GENES, 0, views=1, attention=wanted) for wanted in (True, False))
    assert list(with_masks.state_dict()) == list(without.state_dict())


def test_without_timm_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(SettingsError, match=r'vgg16 comes with .* pip install "radiogene\[backbones\]"'):
        build_feature_network(preset_named("tiny", "vgg16"))


@needs_timm
def test_a_network_with_layers_that_have_no_rule_for_fresh_weights_is_refused():
    with pytest.raises(SettingsError, match="no rule for its fresh weights"):
        timm_network("convnext_atto", children_of, 64)


def test_a_name_is_in_every_refusal():
    with pytest.raises(SettingsError, match=", ".join(BACKBONES)):
        backbone_named("")
