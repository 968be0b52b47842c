"""Presets travel through settings.json with their backbone."""

import json
from dataclasses import replace

import pytest

from radiogene.errors import WeightsError
from radiogene.model.preset_json import preset_from_json, preset_to_json
from radiogene.networks.backbones import BACKBONES, INCEPTION_ATTENTION_RESNET
from radiogene.networks.presets import PRESETS, TINY, preset_named


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_comes_back_as_it_was(name, backbone):
    preset = preset_named(name, backbone)
    content = json.loads(json.dumps(preset_to_json(preset)))
    assert content["backbone"] == backbone
    assert preset_from_json(content) == preset


def test_a_preset_from_before_there_were_backbones_is_the_papers_network():
    content = preset_to_json(TINY)
    del content["backbone"]
    assert preset_from_json(content).backbone == INCEPTION_ATTENTION_RESNET


def test_a_preset_from_before_there_were_divisors_has_full_width():
    content = preset_to_json(preset_named("tiny", "vgg16"))
    assert content.pop("channel_divisor") == 8
    assert preset_from_json(content).channel_divisor == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"backbone": "vgg17"}, r"preset: No backbone 'vgg17': expected one of inception-attention-resnet"),
        ({"backbone": 3}, "preset, backbone"),
        ({"channel_divisor": 0}, "Channels divided by 0"),
        ({"colour": "red"}, "keys that this version does not know"),
        ({"image_size": "wide"}, "preset, image_size"),
    ],
)
def test_what_no_version_writes_is_refused(change, message):
    with pytest.raises(WeightsError, match=message):
        preset_from_json(preset_to_json(TINY) | change)


def test_impossible_sizes_are_refused_as_a_damaged_file():
    content = preset_to_json(replace(TINY, name="edited"))
    content["view_network"]["units"]["a"] = 0
    with pytest.raises(WeightsError, match="at least one unit"):
        preset_from_json(content)
