"""Presets travel through settings.json with their backbone."""

import json
from dataclasses import replace

import pytest

from radiogene.errors import WeightsError
from radiogene.networks.backbones import BACKBONES, INCEPTION_ATTENTION_RESNET
from radiogene.networks.presets import PRESETS, TINY, Preset, preset_named
from radiogene.storage.typed_json import from_json, to_json


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_comes_back_as_it_was(name, backbone):
    preset = preset_named(name, backbone)
    content = json.loads(json.dumps(to_json(preset)))
    assert content["backbone"] == backbone
    assert from_json(Preset, content, where="settings.json") == preset


def test_a_preset_from_before_there_were_backbones_is_the_papers_network():
    content = to_json(TINY)
    del content["backbone"]
    assert from_json(Preset, content, where="settings.json").backbone == INCEPTION_ATTENTION_RESNET


def test_a_preset_from_before_there_were_divisors_has_full_width():
    content = to_json(preset_named("tiny", "vgg16"))
    assert content.pop("channel_divisor") == 8
    assert from_json(Preset, content, where="settings.json").channel_divisor == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"backbone": "vgg17"}, r"No backbone 'vgg17': expected one of inception-attention-resnet"),
        ({"backbone": 3}, "backbone: found 3, wanted text"),
        ({"channel_divisor": 0}, "Channels divided by 0"),
        ({"colour": "red"}, "found this key, wanted no key of that name"),
        ({"image_size": "wide"}, 'image_size: found "wide", wanted a whole number'),
    ],
)
def test_what_no_version_writes_is_refused(change, message):
    with pytest.raises(WeightsError, match=message):
        from_json(Preset, to_json(TINY) | change, where="settings.json")


def test_impossible_sizes_are_refused_as_a_damaged_file():
    content = to_json(replace(TINY, name="edited"))
    content["view_network"]["units"]["a"] = 0
    with pytest.raises(WeightsError, match="expected 1 to 100 units"):
        from_json(Preset, content, where="settings.json")
